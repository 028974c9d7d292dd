"""A mail policy with two providers, and what its relays authenticate with."""

from typing import Any

from mailfleet.credential import Credential
from mailfleet.policy import Domain, EmailAlert, Mail, Route, Ses, Smtp, secret

CREDENTIALS = {
    "ses": Credential("AKIAEXAMPLE", "ses-password"),
    "sendgrid": Credential("apikey", "sendgrid-password"),
}


def policy(**changes: Any) -> Mail:
    usual: dict[str, Any] = {
        "admin": "ops@example.net",
        "domains": [Domain("example.com"), Domain("lists.example.com")],
        "providers": [
            Ses("us-east-1"),
            Smtp("smtp.sendgrid.net", name="sendgrid", username="apikey",
                 password=secret("aws:sendgrid-api-key"), connections=4),
        ],
        "routes": [Route("sendgrid", senders=["@lists.example.com"]), Route("ses")],
        "alerts": [EmailAlert("ops@example.net", via="sendgrid")],
    }  # fmt: skip
    return Mail(**{**usual, **changes})
