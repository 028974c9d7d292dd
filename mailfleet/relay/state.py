"""What a relay host holds, as its own program read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from mailfleet.relay.systems import Release

R = TypeVar("R", "Loaded", "Applied")


@dataclass(frozen=True)
class LiveFile:
    """A file as found. `text` is None for a secret one and for one that is not UTF-8."""

    digest: str
    mode: str
    owner: str
    group: str
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class LiveUnit:
    """`current`: systemd has read the unit's file as it is now."""

    enabled: bool
    active: bool
    current: bool


@dataclass(frozen=True)
class Loaded:
    """The stamp of the last good load: a digest of its files, and where it listens."""

    digest: str
    listen: str


@dataclass(frozen=True)
class Applied:
    """Who wrote the files last: user `by` on the machine `on` that deployed, in UTC."""

    by: str
    on: str
    at: str


@dataclass(frozen=True)
class HostState:
    """A host's answer, complete: there is no such object for a host that was not read.

    `digest` covers all managed files; an apply that names it is refused once they have changed.
    `live` is a digest of what Postfix would load now. `previous` are Postfix's files that worked
    before; None when there are none, or nobody asked.
    """

    release: Release
    files: Mapping[str, LiveFile | None]
    packages: Mapping[str, str | None]
    units: Mapping[str, LiveUnit]
    loaded: Loaded | None
    live: str | None
    applied: Applied | None
    digest: str
    running: bool
    previous: Mapping[str, LiveFile | None] | None = None

    @property
    def foreign(self) -> bool:
        """Whether there is a Postfix configuration that mailfleet did not write."""
        return self.applied is None and self.files.get("/etc/postfix/main.cf") is not None


def _record(kind: type[R], found: Mapping[str, str] | None) -> R | None:
    """A record that the host keeps. A damaged one is none, and the next apply writes it anew."""
    names = [part.name for part in fields(kind)]
    if not found or not all(name in found for name in names):
        return None
    return kind(**{name: found[name] for name in names})


def _files(answer: Mapping[str, Any]) -> dict[str, LiveFile | None]:
    return {path: file and LiveFile(**file) for path, file in answer.items()}


def parse(answer: Mapping[str, Any]) -> HostState:
    """The answer of the program "read". Raises KeyError or TypeError when it is none."""
    return HostState(
        release=Release(**answer["release"]),
        files=_files(answer["files"]),
        packages=dict(answer["packages"]),
        units={name: LiveUnit(**unit) for name, unit in answer["units"].items()},
        loaded=_record(Loaded, answer["loaded"]),
        live=answer["live"],
        applied=_record(Applied, answer["applied"]),
        digest=answer["state"],
        running=answer["running"],
        previous=answer["previous"] and _files(answer["previous"]),
    )
