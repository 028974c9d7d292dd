"""SES v2 identities as AWS keeps them.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone


def create(aws: Aws, name: str, region: str = "us-east-1", **attributes: Any) -> dict[str, Any]:
    """DkimAttributes of a new identity."""
    made = aws.client("sesv2", region).create_email_identity(EmailIdentity=name, **attributes)
    dkim: dict[str, Any] = made["DkimAttributes"]
    return dkim


def get(aws: Aws, name: str, region: str = "us-east-1") -> dict[str, Any]:
    found: dict[str, Any] = aws.client("sesv2", region).get_email_identity(EmailIdentity=name)
    return found


def test_a_new_domain_is_pending_and_has_its_own_tokens(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html"""
    first, second = create(aws, "example.com"), create(aws, "example.net")
    assert first["Status"] == "PENDING"
    assert len(set(first["Tokens"]) | set(second["Tokens"])) == 6
    assert all(re.fullmatch("[a-z0-9]{32}", token) for token in first["Tokens"])
    found = get(aws, "Example.COM")
    assert found["IdentityType"] == "DOMAIN"
    assert found["VerificationStatus"] == "PENDING"
    assert found["VerifiedForSendingStatus"] is False
    assert found["VerificationInfo"]["ErrorType"] == "HOST_NOT_FOUND"
    dkim = found["DkimAttributes"]
    assert dkim["Tokens"] == first["Tokens"]
    assert dkim["SigningEnabled"] is True
    assert dkim["SigningAttributesOrigin"] == "AWS_SES"
    assert dkim["CurrentSigningKeyLength"] == dkim["NextSigningKeyLength"] == "RSA_2048_BIT"


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        ("us-east-1", "dkim.amazonses.com"),
        ("eu-central-1", "dkim.amazonses.com"),
        ("eu-south-1", "dkim.eu-south-1.amazonses.com"),
        ("af-south-1", "dkim.af-south-1.amazonses.com"),
    ],
)
def test_some_regions_sign_in_a_zone_of_their_own(aws: Aws, region: str, zone: str) -> None:
    """https://docs.aws.amazon.com/general/latest/gr/ses.html#ses_dkim_domains"""
    assert create(aws, "example.com", region)["SigningHostedZone"] == zone


def test_a_domain_is_verified_by_its_three_records(aws: Aws, zone: Zone) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html#verify-domain-procedure"""
    dkim = create(aws, "example.com")
    target = dkim["SigningHostedZone"]
    entries = [
        zone.entry("CREATE", f"{token}._domainkey.example.com", "CNAME", f"{token}.{target}.")
        for token in dkim["Tokens"]
    ]
    zone.change(*entries[:2])
    assert get(aws, "example.com")["VerificationStatus"] == "PENDING"
    zone.change(entries[2])
    found = get(aws, "example.com")
    assert found["VerificationStatus"] == found["DkimAttributes"]["Status"] == "SUCCESS"
    assert found["VerifiedForSendingStatus"] is True
    assert "LastSuccessTimestamp" in found["VerificationInfo"]


def test_a_wrong_record_is_named(aws: Aws, zone: Zone) -> None:
    """VerificationInfo.ErrorType INVALID_VALUE: found, but with another value."""
    dkim = create(aws, "example.com")
    zone.prove("example.com", dkim | {"SigningHostedZone": "dkim.elsewhere.example"})
    assert get(aws, "example.com")["VerificationInfo"]["ErrorType"] == "INVALID_VALUE"


def test_records_in_a_private_zone_prove_nothing(aws: Aws) -> None:
    private = aws.client("route53").create_hosted_zone(
        Name="example.com", CallerReference="p", VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    )
    zone = aws.zone("other.example")
    zone.id = private["HostedZone"]["Id"]
    zone.prove("example.com", create(aws, "example.com"))
    assert get(aws, "example.com")["VerificationStatus"] == "PENDING"


def test_verification_may_be_late_or_never_come(aws: Aws, zone: Zone) -> None:
    aws.control.set_faults(verification="never")
    zone.prove("example.com", create(aws, "example.com"))
    assert get(aws, "example.com")["VerificationStatus"] == "PENDING"
    aws.control.set_faults(verification={"late": 0.2})
    time.sleep(0.2)
    assert get(aws, "example.com")["VerificationStatus"] == "SUCCESS"


def test_an_address_waits_for_a_click(aws: Aws) -> None:
    create(aws, "user@example.com")
    found = get(aws, "user@example.com")
    assert found["IdentityType"] == "EMAIL_ADDRESS"
    assert found["VerificationStatus"] == "PENDING"
    assert found["DkimAttributes"]["SigningEnabled"] is False


def test_a_second_identity_of_the_name_is_refused_but_not_in_another_region(aws: Aws) -> None:
    create(aws, "example.com")
    with pytest.raises(ClientError) as caught:
        create(aws, "EXAMPLE.com")
    assert caught.value.response["Error"]["Code"] == "AlreadyExistsException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    create(aws, "example.com", "eu-west-1")


@pytest.mark.parametrize(
    "request_",
    [
        {"EmailIdentity": "no domain"},
        {"EmailIdentity": "localhost"},
        {"EmailIdentity": "a b@example.com"},
        {
            "EmailIdentity": "example.com",
            "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_4096_BIT"},
        },
    ],
)
def test_bad_input_is_refused(aws: Aws, request_: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        aws.client("sesv2").create_email_identity(**request_)
    assert caught.value.response["Error"]["Code"] == "BadRequestException"


def test_missing_identities_answer_404(aws: Aws) -> None:
    sesv2 = aws.client("sesv2")
    for call in (sesv2.get_email_identity, sesv2.delete_email_identity):
        with pytest.raises(sesv2.exceptions.NotFoundException) as caught:
            call(EmailIdentity="example.com")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_deleting(aws: Aws) -> None:
    create(aws, "example.com")
    aws.client("sesv2").delete_email_identity(EmailIdentity="example.com")
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


def test_identities_come_in_pages(aws: Aws) -> None:
    for number in range(3):
        create(aws, f"{number}.example")
    sesv2 = aws.client("sesv2")
    page = sesv2.list_email_identities(PageSize=2)
    assert [found["IdentityName"] for found in page["EmailIdentities"]] == [
        "0.example",
        "1.example",
    ]
    assert page["EmailIdentities"][0] == {
        "IdentityType": "DOMAIN",
        "IdentityName": "0.example",
        "SendingEnabled": False,
        "VerificationStatus": "PENDING",
    }
    rest = sesv2.list_email_identities(NextToken=page["NextToken"])
    assert [found["IdentityName"] for found in rest["EmailIdentities"]] == ["2.example"]
    assert "NextToken" not in rest


def test_older_sdks_list_by_get(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListEmailIdentities.html"""
    for number in range(2):
        create(aws, f"{number}.example")
    url = f"{aws.url}/v2/email/identities?PageSize=1"
    scope = "AWS4-HMAC-SHA256 Credential=lab/20260101/us-east-1/ses/aws4_request"
    request = urllib.request.Request(url, headers={"Authorization": scope})  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        page = json.load(response)
    assert [found["IdentityName"] for found in page["EmailIdentities"]] == ["0.example"]
    assert page["NextToken"] == "1.example"
    assert aws.control.calls()[-1].operation == "ListEmailIdentities"


def test_dkim_signing_and_key_length_can_be_changed(aws: Aws) -> None:
    create(aws, "example.com", DkimSigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"})
    sesv2 = aws.client("sesv2")
    sesv2.put_email_identity_dkim_attributes(EmailIdentity="example.com", SigningEnabled=False)
    changed = sesv2.put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com",
        SigningAttributesOrigin="AWS_SES",
        SigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"},
    )
    dkim = get(aws, "example.com")["DkimAttributes"]
    assert changed["DkimTokens"] == dkim["Tokens"]
    assert dkim["SigningEnabled"] is False
    assert dkim["CurrentSigningKeyLength"] == "RSA_1024_BIT"
    assert dkim["NextSigningKeyLength"] == "RSA_2048_BIT"
