"""What a channel of alerts is, and what it sends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SENDING = 60.0  # seconds within which a channel has to have sent a message


@dataclass(frozen=True)
class Message:
    """One alert. `alerts` are the same in a form for programs: notices as JSON (outbox.Batch), and
    none for a text of a user's own. `avoid`: the providers in trouble."""

    host: str
    fleet: str
    at: float
    subject: str
    text: str
    alerts: tuple[Mapping[str, Any], ...] = ()
    avoid: Collection[str] = ()


class NotSent(Exception):
    """A channel did not take the message: one sentence without secrets."""


class Channel(ABC):
    """A way for alerts to leave the host, made of its entry in emergency.json.

    `kind` is the entry's; `names` are its recipients as the status shows them, without secrets.
    """

    kind: str
    names: Sequence[str]

    @abstractmethod
    def __init__(self, entry: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        """Raises KeyError, TypeError or ValueError for an entry that is not usable."""

    @abstractmethod
    def send(self, message: Message, names: Sequence[str]) -> dict[str, str]:
        """By recipient why it does not have the message, or "" where it was accepted.

        Raises NotSent, OSError or ValueError when none has it.
        """
