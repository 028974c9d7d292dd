"""A plain provider: one user name, one password, mail taken as it comes."""

from __future__ import annotations

import hmac
import os
import uuid
from pathlib import Path

from lab.aws import vault
from lab.config import ProviderEndPoint
from lab.smtp.service import Departure, Service, Submission


class PlainSmtp(Service):
    def __init__(self, provider: ProviderEndPoint) -> None:
        self.name = provider.name
        self._username = provider.username
        self._secret = provider.secret
        self._address = provider.address

    def authenticate(self, user: str, password: str) -> bool:
        """The secret is read anew each time, so that a rotated one counts at once."""
        expected = _value(self._secret)
        return (
            expected is not None
            and user == self._username
            and hmac.compare_digest(password.encode(), expected.encode())
        )

    def accept(self, submission: Submission) -> tuple[str, bytes]:
        return f"250 Ok: queued as {uuid.uuid4().hex[:20]}", submission.data

    def departure(self, submission: Submission, data: bytes) -> Departure:
        return Departure(submission.mail_from, self._address)


def _value(secret: str) -> str | None:
    scheme, _, name = secret.partition(":")
    match scheme:
        case "aws":
            return vault.secret_value(name)
        case "ssm":
            return vault.parameter_value(name)
        case "env":
            return os.environ.get(name)
        case "file":
            path = Path(name)
            return path.read_text().strip() if path.exists() else None
    raise ValueError(
        f"found a secret {secret!r}, expected aws:NAME, ssm:NAME, env:NAME or file:PATH"
    )
