"""The state of a relay host, as the program "read" reports it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from mailfleet.relay.systems import Release

R = TypeVar("R", "Loaded", "Applied", "Switched")


@dataclass(frozen=True)
class FoundFile:
    """A file as found. `text` is None for a secret file, and for one that is not UTF-8."""

    digest: str
    mode: str
    owner: str
    group: str
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class FoundUnit:
    """`current`: systemd has loaded the unit's file as it is now; `main`: it has a main process,
    whose end systemd notices."""

    enabled: bool
    active: bool
    current: bool
    main: bool = True


@dataclass(frozen=True)
class Loaded:
    """The stamp of the last successful load: a digest of its files, and where Postfix listens."""

    digest: str
    listen: str


@dataclass(frozen=True)
class Applied:
    """The last deploy: user `by` on the machine `on`, at a time in UTC."""

    by: str
    on: str
    at: str


@dataclass(frozen=True)
class Switched:
    """A manual switch: `to` are weights by provider; the user, the machine and the time (UTC)."""

    to: Mapping[str, int]
    by: str
    on: str
    at: str


@dataclass(frozen=True)
class Switch:
    """What is in force instead of the policy's weights: a manual switch, and the fraction (0 to 1)
    of its weight that each provider keeps because of its `health`. The host makes a table of it for
    Postfix: `found` says whether it exists, `current` whether it is up to date and loaded."""

    switched: Switched | None
    health: Mapping[str, float]
    found: bool
    current: bool

    @property
    def to(self) -> dict[str, int] | None:
        return dict(self.switched.to) if self.switched else None


NO_SWITCH = Switch(None, {}, found=True, current=True)


@dataclass(frozen=True)
class Queue:
    """The queued mail: `total` messages, without those on hold. `held`: how many messages mailfleet
    holds, by reason."""

    total: int
    held: Mapping[str, int]

    @property
    def unfinished(self) -> int:
        """Held messages that the configuration allows: the next apply releases them."""
        return sum(number for why, number in self.held.items() if why in UNFINISHED)


# As agent/host/held.py has them.
UNFINISHED = ("to be requeued", "to be submitted anew", "not looked at yet")
EMPTY_QUEUE = Queue(0, {})


@dataclass(frozen=True)
class HostState:
    """The complete state of a host: there is no such object for a host that was not read.

    `digest` covers all managed files; the host refuses an apply for a digest that is out of date.
    `live` is a digest of what Postfix would load now. `previous` is the previous configuration:
    Postfix's files as they last worked; None when there are none, or they were not asked for.
    """

    release: Release
    files: Mapping[str, FoundFile | None]
    packages: Mapping[str, str | None]
    units: Mapping[str, FoundUnit]
    loaded: Loaded | None
    live: str | None
    applied: Applied | None
    digest: str
    running: bool
    switch: Switch = NO_SWITCH
    queue: Queue = EMPTY_QUEUE
    previous: Mapping[str, FoundFile | None] | None = None

    @property
    def foreign(self) -> bool:
        """Whether there is a Postfix configuration that mailfleet did not write."""
        return self.applied is None and self.files.get("/etc/postfix/main.cf") is not None


def _record(kind: type[R], found: Mapping[str, Any] | None) -> R | None:
    """A record that the host keeps. A damaged one counts as missing: the next apply rewrites it."""
    names = [entry.name for entry in fields(kind)]
    if not found or not all(name in found for name in names):
        return None
    return kind(**{name: found[name] for name in names})


def _files(answer: Mapping[str, Any]) -> dict[str, FoundFile | None]:
    return {path: file and FoundFile(**file) for path, file in answer.items()}


def _switch(answer: Mapping[str, Any]) -> Switch:
    return Switch(
        switched=_record(Switched, answer["switched"]),
        health=dict((answer["health"] or {}).get("weights", {})),
        found=answer["found"],
        current=answer["current"],
    )


def _queue(answer: Mapping[str, Any]) -> Queue:
    return Queue(total=answer["total"], held=dict(answer["held"]))


def parse(answer: Mapping[str, Any]) -> HostState:
    """The answer of the program "read". Raises KeyError or TypeError for anything else."""
    return HostState(
        release=Release(**answer["release"]),
        files=_files(answer["files"]),
        packages=dict(answer["packages"]),
        units={name: FoundUnit(**unit) for name, unit in answer["units"].items()},
        loaded=_record(Loaded, answer["loaded"]),
        live=answer["live"],
        applied=_record(Applied, answer["applied"]),
        digest=answer["state"],
        running=answer["running"],
        switch=_switch(answer["switch"]),
        queue=_queue(answer["waiting"]),
        previous=answer["previous"] and _files(answer["previous"]),
    )
