"""What applications are told to set."""

import ast
import shlex
from dataclasses import replace

import pytest

from mailfleet.commands.app_settings import (
    FORMS,
    Submission,
    django,
    env,
    rails,
    submission,
    through_dedicated,
)
from mailfleet.policy import Domain, Mail, PolicyError, Relay, Ses, Smtp, secret

MAIL = Mail(
    domains=[Domain("example.com")],
    providers=[
        Ses("us-east-1"),
        Smtp("smtp.example.net:465", name="other", username="u", password=secret("env:OTHER")),
    ],
)
LOCAL = submission(MAIL, "local")


def django_settings(to: Submission) -> dict[str, object]:
    """The settings that need no environment, as Python reads them."""
    found: dict[str, object] = {}
    for node in ast.parse(django(to)).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found[ast.unparse(node.targets[0])] = node.value.value
    return found


def test_a_local_relay_needs_no_secret() -> None:
    for form in FORMS.values():
        assert "PASSWORD" not in form(LOCAL)
    assert django_settings(LOCAL)["EMAIL_HOST"] == "localhost"
    assert django_settings(LOCAL)["DEFAULT_FROM_EMAIL"] == "noreply@example.com"


def test_a_provider_is_reached_with_tls_and_a_credential_of_the_environment() -> None:
    ses = django_settings(submission(MAIL, "ses"))
    assert ses["EMAIL_HOST"] == "email-smtp.us-east-1.amazonaws.com"
    assert (ses["EMAIL_PORT"], ses["EMAIL_USE_TLS"]) == (587, True)
    wrapped = submission(MAIL, "other")
    assert django_settings(wrapped)["EMAIL_USE_SSL"] is True
    assert "tls: true" in rails(wrapped)
    assert "SMTP_ENCRYPTION=tls" in env(wrapped)


def test_where_the_credential_is_kept_is_said() -> None:
    assert "mailfleet/smtp/us-east-1 in AWS Secrets Manager" in rails(submission(MAIL, "ses"))
    assert "password env:OTHER" in env(submission(MAIL, "other"))


def test_environment_variables_are_read_by_a_shell() -> None:
    words = shlex.split(env(submission(MAIL, "ses")), comments=True)
    assert "SMTP_PORT=587" in words


def test_a_dedicated_relay_is_reached_with_verified_tls_and_without_a_credential() -> None:
    relay = Relay(listen="all", clients="10.0.0.0/16", certificate="/etc/ssl/relay.pem")
    to = through_dedicated(replace(MAIL, relay=relay), "relay1.example.com")
    found = django_settings(to)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("relay1.example.com", 587)
    assert found["EMAIL_USE_TLS"] is True
    assert 'openssl_verify_mode: "peer"' in rails(to)
    assert "SMTP_ENCRYPTION=starttls" in env(to)
    for form in FORMS.values():
        assert "PASSWORD" not in form(to)


def test_a_dedicated_relay_with_logins_is_told_one_of_the_environment() -> None:
    logins = {"app1": secret("aws:relay-app1"), "app2": secret("ssm:/relay/app2")}
    relay = Relay(listen="all", logins=logins, certificate="/etc/ssl/relay.pem")
    to = through_dedicated(replace(MAIL, relay=relay), "relay1.example.com")
    assert 'password: ENV.fetch("SMTP_PASSWORD")' in rails(to)
    assert 'EMAIL_HOST_PASSWORD = os.environ["SMTP_PASSWORD"]' in django(to)
    for form in FORMS.values():
        text = form(to)
        assert "SMTP_USERNAME and SMTP_PASSWORD: user app1, password aws:relay-app1 or user" in text
        assert "Without a relay's queue" not in text


@pytest.mark.parametrize(
    ("relay", "sentence"),
    [
        (Relay(), "relay1, which serves no other hosts"),
        (
            Relay(listen="all", clients="10.0.0.0/16"),
            "a self-signed certificate, which applications",
        ),
    ],
)
def test_what_applications_cannot_use_is_said(relay: Relay, sentence: str) -> None:
    with pytest.raises(PolicyError, match=sentence):
        through_dedicated(replace(MAIL, relay=relay), "relay1")


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(PolicyError, match="found 'nobody', expected one of the providers: ses"):
        submission(MAIL, "nobody")
