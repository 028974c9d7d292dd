"""Identities as GetEmailIdentity tells of them."""

from typing import Any

import pytest

from mailfleet.aws.dkim import DEFAULT
from mailfleet.aws.identity import from_ses
from mailfleet.aws.identity_settings import MailFrom, Settings

DKIM = {"Status": "SUCCESS", "Tokens": ["a", "b", "c"], "SigningHostedZone": "dkim.amazonses.com",
        "NextSigningKeyLength": "RSA_2048_BIT"}  # fmt: skip
VERIFIED: dict[str, Any] = {"VerificationStatus": "SUCCESS", "DkimAttributes": DKIM}


def mail_from(behaviour: str, status: str) -> dict[str, Any]:
    return {
        "MailFromDomain": "M.example.com",
        "MailFromDomainStatus": status,
        "BehaviorOnMxFailure": behaviour,
    }


def test_settings_are_read() -> None:
    tags = [{"Key": "team", "Value": "x"}, {"Key": "mailfleet", "Value": "fleet"}]
    identity = from_ses(
        {
            **VERIFIED,
            "MailFromAttributes": mail_from("REJECT_MESSAGE", "SUCCESS"),
            "ConfigurationSetName": "set",
            "Tags": tags,
        }
    )
    expected = Settings(MailFrom("m.example.com", "REJECT_MESSAGE"), "set", "fleet", DEFAULT)
    assert identity.settings == expected
    assert identity.complete
    assert identity.verified


def test_without_a_mail_from_domain_there_is_only_its_behaviour() -> None:
    attributes = {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    assert from_ses({**VERIFIED, "MailFromAttributes": attributes}).settings == Settings(
        dkim=DEFAULT
    )


@pytest.mark.parametrize(
    ("behaviour", "status", "verified"),
    [
        ("USE_DEFAULT_VALUE", "PENDING", True),
        ("REJECT_MESSAGE", "PENDING", False),
        ("REJECT_MESSAGE", "FAILED", False),
        ("REJECT_MESSAGE", "SUCCESS", True),
    ],
)
def test_an_identity_that_rejects_mail_is_not_verified(
    behaviour: str, status: str, verified: bool
) -> None:
    identity = from_ses({**VERIFIED, "MailFromAttributes": mail_from(behaviour, status)})
    assert identity.verified == verified
    assert (f"MAIL FROM {status}" in identity.shown_status) == (not verified)


def test_a_mail_from_domain_that_ses_gave_up_on_is_not_as_it_should_be() -> None:
    attributes = mail_from("USE_DEFAULT_VALUE", "FAILED")
    identity = from_ses({**VERIFIED, "MailFromAttributes": attributes})
    assert identity.settings.mail_from != MailFrom("m.example.com")
