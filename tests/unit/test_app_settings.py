"""What applications are told to set."""

import ast
import shlex

import pytest

from mailfleet.app_settings import FORMS, Submission, django, env, rails, submission
from mailfleet.policy import Domain, Mail, PolicyError, Ses, Smtp, secret

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


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(PolicyError, match="found 'nobody', expected one of the providers: ses"):
        submission(MAIL, "nobody")
