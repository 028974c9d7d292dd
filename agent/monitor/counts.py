"""What is counted of the mail log: by provider, outcome and class, with examples and times."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from agent.monitor.finding import one_line

SUBMITTED = "submitted"
SENT = "sent"
DEFERRED = "deferred"
BOUNCED = "bounced"
EXPIRED = "expired"
REJECTED = "rejected"
HANDED_ON = "handed on"  # to the fallback
LONGEST_EXAMPLE = 300
MOST_SAMPLES = 2000  # of a provider's latency
MOST_IDS = 10_000  # messages whose last failure is remembered


class CountKey(NamedTuple):
    """`provider`: empty for what concerns none; `reason`: a class's name, empty where all went
    well, a kind of rejection for REJECTED."""

    provider: str
    outcome: str
    reason: str = ""


@dataclass
class Count:
    """How often, when (seconds since 1970), and in whose words. `taken_by`: which providers then
    delivered what was handed on."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0
    example: str = ""
    taken_by: dict[str, int] = field(default_factory=dict)

    def add(self, at: float, example: str = "") -> None:
        if not self.count:
            self.first = at
            self.example = cleaned(example)
        self.count += 1
        self.last = at


class WarningKey(NamedTuple):
    """A kind of warning: without numbers, addresses and queue ids."""

    program: str
    severity: str
    text: str


@dataclass
class Look:
    """A provider's messages: accepted, how many of these slowly, and not accepted because of the
    provider itself, with the last reason."""

    taken: int = 0
    slow: int = 0
    failed: int = 0
    reason: str = ""


class Samples:
    """Of a provider's latency, in seconds: evenly spaced, at most MOST_SAMPLES."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self._step = 1
        self._seen = 0

    def add(self, value: float) -> None:
        if self._seen % self._step == 0:
            self.values.append(value)
            if len(self.values) >= MOST_SAMPLES:
                del self.values[1::2]
                self._step *= 2
        self._seen += 1

    def percentile(self, share: float) -> float | None:
        """The value that `share` (0 to 1) of them do not exceed; None without any."""
        if not self.values:
            return None
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Value = TypeVar("Value")


class Recent(OrderedDict[str, Value]):
    """By queue id, of MOST_IDS messages: the oldest of more is forgotten."""

    def put(self, queue_id: str, value: Value) -> None:
        if len(self) >= MOST_IDS:
            self.popitem(last=False)
        self[queue_id] = value


def cleaned(text: str, longest: int = LONGEST_EXAMPLE) -> str:
    """As one_line, and fast where there is nothing to clean."""
    return text if len(text) <= longest and text.isprintable() else one_line(text, longest)
