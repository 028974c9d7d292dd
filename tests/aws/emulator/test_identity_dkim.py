"""Easy DKIM's key length, BYODKIM and Deterministic Easy DKIM, as AWS keeps them.

https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.aws.dkim_key import DkimKey

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone

NAME = "example.com"
SECOND = "eu-west-1"


PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8


def encoded(bits: int = 1024, form: serialization.PrivateFormat = PKCS1) -> str:
    """A private key in base64."""
    der = rsa.generate_private_key(65537, bits).private_bytes(
        serialization.Encoding.DER,
        form,
        serialization.NoEncryption(),
    )
    return base64.b64encode(der).decode()


KEY = encoded()


def own(selector: str = "mf1", key: str = KEY) -> dict[str, str]:
    return {"DomainSigningSelector": selector, "DomainSigningPrivateKey": key}


def create(aws: Aws, region: str = "us-east-1", **attributes: str) -> dict[str, Any]:
    client = aws.client("sesv2", region)
    made = client.create_email_identity(EmailIdentity=NAME, DkimSigningAttributes=attributes)
    dkim: dict[str, Any] = made["DkimAttributes"]
    return dkim


def put(
    aws: Aws, origin: str = "AWS_SES", region: str = "us-east-1", **attributes: str
) -> dict[str, Any]:
    more = {"SigningAttributes": attributes} if attributes else {}
    told: dict[str, Any] = aws.client("sesv2", region).put_email_identity_dkim_signing_attributes(
        EmailIdentity=NAME, SigningAttributesOrigin=origin, **more
    )
    return told


def dkim(aws: Aws, region: str = "us-east-1") -> dict[str, Any]:
    found = aws.client("sesv2", region).get_email_identity(EmailIdentity=NAME)
    told: dict[str, Any] = found["DkimAttributes"]
    return told


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def publish(zone: Zone, key: str = KEY, selector: str = "mf1") -> None:
    text = f"p={DkimKey.given(key).public}"
    value = " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
    zone.change(zone.entry("UPSERT", f"{selector}._domainkey.{NAME}", "TXT", value))


def test_a_brought_key_is_verified_by_its_public_half(aws: Aws, zone: Zone) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-bring-your-own.html;
    Tokens: "this object contains the selector for the public key" (DkimAttributes, API v2)"""
    made = create(aws, **own())
    assert (made["SigningAttributesOrigin"], made["Tokens"]) == ("EXTERNAL", ["mf1"])
    assert "NextSigningKeyLength" not in made
    publish(zone, encoded())
    assert dkim(aws)["Status"] == "PENDING"
    publish(zone)
    assert dkim(aws)["Status"] == "SUCCESS"
    getter = aws.client("ses").get_identity_dkim_attributes(Identities=[NAME])
    assert getter["DkimAttributes"][NAME] == {
        "DkimEnabled": True,
        "DkimVerificationStatus": "Success",
        "DkimTokens": ["mf1"],
    }


@pytest.mark.parametrize("key", [encoded(form=PKCS8), encoded(2048)])
def test_pkcs_1_and_8_up_to_2048_bits_are_taken(aws: Aws, key: str) -> None:
    assert create(aws, **own(key=key))["Tokens"] == ["mf1"]


@pytest.mark.parametrize(
    "attributes",
    [
        {"DomainSigningSelector": "mf1"},
        {"DomainSigningPrivateKey": KEY},
        own(selector="a.b"),
        own(key="bm8ga2V5"),
        own(key=encoded(3072)),
        {**own(), "NextSigningKeyLength": "RSA_2048_BIT"},
    ],
)
def test_what_is_no_key_with_a_selector_is_refused(aws: Aws, attributes: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DkimSigningAttributes.html"""
    with pytest.raises(ClientError) as error:
        create(aws, **attributes)
    assert code(error) == "BadRequestException"


def test_easy_dkim_does_not_sign_while_a_brought_key_is_looked_for(aws: Aws, zone: Zone) -> None:
    """ "Amazon SES will not use Easy DKIM to sign your emails while BYODKIM is being set up and
    your DKIM status is in a pending state": the page's warning."""
    zone.prove(NAME, create(aws))
    told = put(aws, "EXTERNAL", **own())
    assert (told["DkimStatus"], told["DkimTokens"]) == ("PENDING", ["mf1"])
    signer = aws.account.identities.get("us-east-1", NAME)
    assert signer.keys.found is None
    assert signer.verified is not None
    publish(zone)
    assert dkim(aws)["Status"] == "SUCCESS"
    assert put(aws)["DkimStatus"] == "PENDING"


def test_another_key_length_signs_once_its_records_are_found(aws: Aws, zone: Zone) -> None:
    """CurrentSigningKeyLength is "the key length of the DKIM key pair in use", and the next one's
    that "of the future DKIM key pair" (DkimAttributes, API v2)."""
    old = create(aws)
    zone.prove(NAME, old)
    told = put(aws, NextSigningKeyLength="RSA_1024_BIT")
    assert not set(told["DkimTokens"]) & set(old["Tokens"])
    found = dkim(aws)
    assert (found["Status"], found["Tokens"]) == ("PENDING", told["DkimTokens"])
    assert found["CurrentSigningKeyLength"] == "RSA_2048_BIT"
    assert found["NextSigningKeyLength"] == "RSA_1024_BIT"
    signer = aws.account.identities.get("us-east-1", NAME)
    assert list(signer.keys.tokens) == old["Tokens"]
    zone.prove(NAME, found)
    assert dkim(aws)["CurrentSigningKeyLength"] == "RSA_1024_BIT"
    assert list(signer.keys.tokens) == told["DkimTokens"]
    for token in (*old["Tokens"], *told["DkimTokens"]):
        assert aws.account.identities.published_at(f"{token}.dkim.amazonses.com")


def test_the_key_length_changes_once_a_day(aws: Aws) -> None:
    """ "You can't switch to the same key length as is already configured", nor "more than once in
    a 24 hour period (unless it's the first downgrade to 1024 in that period)":
    https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html"""
    create(aws, NextSigningKeyLength="RSA_1024_BIT")
    with pytest.raises(ClientError) as error:
        put(aws, NextSigningKeyLength="RSA_1024_BIT")
    assert code(error) == "BadRequestException"
    put(aws, NextSigningKeyLength="RSA_2048_BIT")
    put(aws, NextSigningKeyLength="RSA_1024_BIT")
    with pytest.raises(ClientError) as error:
        put(aws, NextSigningKeyLength="RSA_2048_BIT")
    assert code(error) == "BadRequestException"


def test_a_replica_signs_with_the_keys_of_its_parent(aws: Aws, zone: Zone) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-deed.html"""
    parent = create(aws)
    replica = create(aws, SECOND, DomainSigningAttributesOrigin="AWS_SES_US_EAST_1")
    assert replica["Tokens"] == parent["Tokens"]
    assert replica["SigningAttributesOrigin"] == "AWS_SES_US_EAST_1"
    zone.prove(NAME, parent)
    assert dkim(aws, SECOND)["Status"] == "SUCCESS"
    told = put(aws, NextSigningKeyLength="RSA_1024_BIT")
    assert dkim(aws, SECOND)["Tokens"] == told["DkimTokens"]
    with pytest.raises(ClientError) as error:
        aws.client("sesv2").delete_email_identity(EmailIdentity=NAME)
    assert code(error) == "BadRequestException"
    assert put(aws, region=SECOND)["DkimTokens"] != told["DkimTokens"]
    put(aws, "AWS_SES_US_EAST_1", SECOND)
    assert dkim(aws, SECOND)["Tokens"] == told["DkimTokens"]


def test_a_replica_needs_a_parent_with_easy_dkim(aws: Aws) -> None:
    """ "The parent identity must already exist in the specified Amazon Web Services Region and have
    Easy DKIM configured" (DkimSigningAttributes, API v2); a replica is none."""
    with pytest.raises(ClientError) as error:
        create(aws, SECOND, DomainSigningAttributesOrigin="AWS_SES_US_EAST_1")
    assert code(error) == "NotFoundException"
    create(aws, **own())
    with pytest.raises(ClientError) as error:
        create(aws, SECOND, DomainSigningAttributesOrigin="AWS_SES_US_EAST_1")
    assert code(error) == "BadRequestException"
    put(aws)
    create(aws, SECOND, DomainSigningAttributesOrigin="AWS_SES_US_EAST_1")
    with pytest.raises(ClientError) as error:
        create(aws, "eu-north-1", DomainSigningAttributesOrigin="AWS_SES_EU_WEST_1")
    assert code(error) == "BadRequestException"


def test_an_address_has_no_keys_of_its_own(aws: Aws) -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity="a@example.com")
    with pytest.raises(ClientError) as error:
        aws.client("sesv2").put_email_identity_dkim_signing_attributes(
            EmailIdentity="a@example.com", SigningAttributesOrigin="AWS_SES"
        )
    assert code(error) == "BadRequestException"
