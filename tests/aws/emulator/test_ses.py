"""The getters of SES v1 that answer for 100 identities at once.

https://docs.aws.amazon.com/ses/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone

GETTERS = [
    "get_identity_verification_attributes",
    "get_identity_dkim_attributes",
    "get_identity_mail_from_domain_attributes",
    "get_identity_notification_attributes",
]


def test_they_tell_of_identities_of_v2(aws: Aws, zone: Zone) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_IdentityDkimAttributes.html"""
    ses, sesv2 = aws.client("ses"), aws.client("sesv2")
    dkim = sesv2.create_email_identity(EmailIdentity="example.com")["DkimAttributes"]
    names = ["example.com"]
    told = ses.get_identity_dkim_attributes(Identities=names)["DkimAttributes"]
    expected = {"DkimEnabled": True, "DkimVerificationStatus": "Pending"}
    assert told == {"example.com": {**expected, "DkimTokens": dkim["Tokens"]}}
    zone.prove("example.com", dkim)
    told = ses.get_identity_dkim_attributes(Identities=names)["DkimAttributes"]
    assert told["example.com"]["DkimVerificationStatus"] == "Success"
    told = ses.get_identity_verification_attributes(Identities=names)["VerificationAttributes"]
    assert told == {"example.com": {"VerificationStatus": "Success"}}


def test_mail_from_domains_in_the_words_of_v1(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_IdentityMailFromDomainAttributes.html"""
    ses, sesv2 = aws.client("ses"), aws.client("sesv2")
    for name in ("example.com", "example.net"):
        sesv2.create_email_identity(EmailIdentity=name)
    sesv2.put_email_identity_mail_from_attributes(
        EmailIdentity="example.com",
        MailFromDomain="m.example.com",
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )
    names = ["example.com", "example.net"]
    told = ses.get_identity_mail_from_domain_attributes(Identities=names)
    assert told["MailFromDomainAttributes"] == {
        "example.com": {
            "MailFromDomain": "m.example.com",
            "MailFromDomainStatus": "Pending",
            "BehaviorOnMXFailure": "RejectMessage",
        },
        "example.net": {"BehaviorOnMXFailure": "UseDefaultValue"},
    }


@pytest.mark.parametrize("getter", GETTERS)
def test_a_hundred_identities_a_call(aws: Aws, getter: str) -> None:
    """ "can only get ... attributes for up to 100 identities at a time" """
    get = getattr(aws.client("ses"), getter)
    get(Identities=["none.example"] * 100)
    with pytest.raises(ClientError) as caught:
        get(Identities=["none.example"] * 101)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_what_does_not_exist_is_left_out(aws: Aws) -> None:
    told = aws.client("ses").get_identity_dkim_attributes(Identities=["none.example"])
    assert told["DkimAttributes"] == {}


def test_other_operations_are_not_emulated(aws: Aws) -> None:
    with pytest.raises(ClientError, match="does not emulate"):
        aws.client("ses").list_identities()
