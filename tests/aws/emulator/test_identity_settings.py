"""MAIL FROM domains and configuration sets of identities, as AWS keeps them.

https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone

MX = "10 feedback-smtp.us-east-1.amazonses.com."
SPF = '"v=spf1 include:amazonses.com ~all"'


def create(aws: Aws, name: str = "example.com", **more: Any) -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity=name, **more)


def put(aws: Aws, domain: str, name: str = "example.com", **more: Any) -> None:
    aws.client("sesv2").put_email_identity_mail_from_attributes(
        EmailIdentity=name, MailFromDomain=domain, **more
    )


def attributes(aws: Aws, name: str = "example.com") -> dict[str, Any]:
    found = aws.client("sesv2").get_email_identity(EmailIdentity=name)
    told: dict[str, Any] = found["MailFromAttributes"]
    return told


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_mail_from_domain_is_pending_until_dns_has_its_records(aws: Aws, zone: Zone) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/mail-from.html#mail-from-set"""
    create(aws)
    put(aws, "m.example.com", BehaviorOnMxFailure="REJECT_MESSAGE")
    pending = {
        "MailFromDomain": "m.example.com",
        "MailFromDomainStatus": "PENDING",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    assert attributes(aws) == pending
    zone.change(zone.entry("CREATE", "m.example.com", "MX", MX))
    assert attributes(aws) == pending
    zone.change(zone.entry("CREATE", "m.example.com", "TXT", SPF))
    assert attributes(aws) == pending | {"MailFromDomainStatus": "SUCCESS"}


@pytest.mark.parametrize(
    "values",
    [(MX, "20 mail.example.net."), ("10 feedback-smtp.eu-west-1.amazonses.com.",)],
)
def test_there_must_be_exactly_one_mx_of_the_region(
    aws: Aws, zone: Zone, values: tuple[str, ...]
) -> None:
    """ "You must publish exactly one MX record": setup fails with several."""
    create(aws)
    put(aws, "m.example.com")
    zone.change(
        zone.entry("CREATE", "m.example.com", "MX", *values),
        zone.entry("CREATE", "m.example.com", "TXT", SPF),
    )
    assert attributes(aws)["MailFromDomainStatus"] == "PENDING"


@pytest.mark.parametrize("domain", ["m.example.net", "example.com", "mexample.com"])
def test_a_mail_from_domain_is_a_subdomain_of_the_identity(aws: Aws, domain: str) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityMailFromAttributes.html"""
    create(aws)
    with pytest.raises(ClientError, match="is not subdomain of the domain of the") as caught:
        put(aws, domain)
    assert code(caught) == "BadRequestException"


def test_an_address_has_a_mail_from_domain_below_its_domain(aws: Aws) -> None:
    create(aws, "user@example.com")
    put(aws, "m.example.com", "user@example.com")
    assert attributes(aws, "user@example.com")["MailFromDomain"] == "m.example.com"


def test_without_a_domain_it_is_switched_off(aws: Aws) -> None:
    create(aws)
    put(aws, "m.example.com")
    aws.client("sesv2").put_email_identity_mail_from_attributes(EmailIdentity="example.com")
    assert attributes(aws) == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}


def test_setting_it_needs_an_identity_and_a_known_behaviour(aws: Aws) -> None:
    with pytest.raises(ClientError) as caught:
        put(aws, "m.example.com")
    assert code(caught) == "NotFoundException"
    create(aws)
    with pytest.raises(ClientError) as caught:
        put(aws, "m.example.com", BehaviorOnMxFailure="BOUNCE")
    assert code(caught) == "BadRequestException"


def test_an_identity_names_a_configuration_set_that_exists(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityConfigurationSetAttributes.html"""
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.NotFoundException):
        create(aws, ConfigurationSetName="bulk")
    create(aws)
    put_set = sesv2.put_email_identity_configuration_set_attributes
    with pytest.raises(sesv2.exceptions.NotFoundException):
        put_set(EmailIdentity="example.com", ConfigurationSetName="bulk")
    sesv2.create_configuration_set(ConfigurationSetName="bulk")
    put_set(EmailIdentity="example.com", ConfigurationSetName="bulk")
    get = sesv2.get_email_identity
    assert get(EmailIdentity="example.com")["ConfigurationSetName"] == "bulk"
    put_set(EmailIdentity="example.com")
    assert "ConfigurationSetName" not in get(EmailIdentity="example.com")


def test_an_address_uses_the_key_of_a_domain_that_was_there_before_it(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy-managing.html"""
    create(aws, "early@example.com")
    create(aws)
    create(aws, "late@example.com")
    sesv2 = aws.client("sesv2")
    signing = [
        sesv2.get_email_identity(EmailIdentity=name)["DkimAttributes"]["SigningEnabled"]
        for name in ("early@example.com", "late@example.com")
    ]
    assert signing == [False, True]
