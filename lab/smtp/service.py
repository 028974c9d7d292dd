"""What stands behind an SMTP end point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    user: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    data: bytes


@dataclass(frozen=True)
class Departure:
    """How an accepted mail goes on to its recipients: the envelope's sender, and the address that
    it comes from."""

    mail_from: str
    address: str


class RefusedError(Exception):
    """A submission that is answered with this reply."""


class Service(ABC):
    """What a provider does with a login and with a mail. Called from several threads."""

    name: str
    banner = "ESMTP"

    @abstractmethod
    def authenticate(self, user: str, password: str) -> bool: ...

    @abstractmethod
    def accept(self, submission: Submission) -> tuple[str, bytes]:
        """(the reply, the message as it goes out); raises RefusedError."""

    @abstractmethod
    def departure(self, submission: Submission, data: bytes) -> Departure:
        """How the accepted message `data` goes out."""

    def sender_refusal(self, address: str) -> str | None:
        """The reply to a MAIL FROM that is not taken."""
        return None
