"""STARTTLS and AUTH, and which SMTP credentials SES takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lab.smtp.ses import smtp_password

if TYPE_CHECKING:
    from tests.aws.smtp.conftest import Services


@pytest.mark.parametrize("provider", ["ses", "sendgrid"])
def test_first_tls_then_auth_then_mail(services: Services, provider: str) -> None:
    with services.connect(provider) as client:
        assert "auth" not in client.esmtp_features
        reply = client.docmd("MAIL FROM:<app@example.com>")
        assert reply == (530, b"Must issue a STARTTLS command first")
    with services.secure(provider) as client:
        assert client.esmtp_features["auth"].split() == ["LOGIN", "PLAIN"]
        reply = client.docmd("MAIL FROM:<app@example.com>")
        assert reply == (530, b"Authentication required")


@pytest.mark.parametrize("mechanism", ["plain", "login"])
def test_both_mechanisms(services: Services, mechanism: str) -> None:
    credential = services.sender(f"by-{mechanism}")
    with services.secure() as client:
        client.user, client.password = credential
        reply = client.auth(mechanism.upper(), getattr(client, f"auth_{mechanism}"))
        assert reply == (235, b"Authentication successful.")


def test_credentials_that_ses_refuses(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"""
    user, password = services.sender("refused")
    assert not services.refuses((user, password))
    assert services.refuses((user, password[:-2] + "A="))
    assert services.refuses(("AKIAIOSFODNN7EXAMPLE", password))
    iam = services.client("iam")
    iam.update_access_key(UserName="refused", AccessKeyId=user, Status="Inactive")
    assert services.refuses((user, password))


def test_the_password_is_regional() -> None:
    """Test vector: made with AWS's published script, for eu-central-1."""
    assert smtp_password("some+secret+key", "eu-central-1") == (
        "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"
    )


def test_a_young_key_is_refused_for_a_while(services: Services) -> None:
    services.control.set_faults(young_key=1)
    credential = services.sender("young")
    assert services.refuses(credential)
    time.sleep(1)
    assert not services.refuses(credential)


def test_the_use_of_a_key_is_remembered(services: Services) -> None:
    credential = services.sender("used")
    assert not services.refuses(credential)
    used = services.client("iam").get_access_key_last_used(AccessKeyId=credential[0])
    assert used["AccessKeyLastUsed"]["ServiceName"] == "ses"
    assert used["AccessKeyLastUsed"]["Region"] == "us-east-1"
