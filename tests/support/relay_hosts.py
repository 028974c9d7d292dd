"""States of relay hosts, as their program would read them."""

from dataclasses import replace
from typing import Any

from mailfleet.relay.digest import digest
from mailfleet.relay.state import (
    Applied,
    FoundFile,
    FoundUnit,
    HostState,
    Loaded,
    Switch,
    Switched,
)
from mailfleet.relay.systems import Release, System
from mailfleet.relay.tree import Desired

LISTEN = "loopback-only all"


def release_of(system: System) -> Release:
    """What a host with that system says of itself."""
    return Release(system.id, system.version, system.name)


def bare(desired: Desired) -> HostState:
    """A host that nobody has touched: no file of ours, no Postfix."""
    return HostState(
        release=release_of(desired.system),
        files=dict.fromkeys(desired.managed),
        packages=dict.fromkeys(desired.packages) | {"python3": "3.13.5-1"},
        units={unit.name: FoundUnit(False, False, True) for unit in desired.units},
        loaded=None,
        live=None,
        applied=None,
        digest="bare",
        running=False,
        switch=Switch(None, {}, found=False, current=True),
    )


def deployed(desired: Desired) -> HostState:
    """A host that holds and runs all of `desired`."""
    return HostState(
        release=release_of(desired.system),
        files=dict.fromkeys(desired.absent)
        | {
            file.path: FoundFile(
                digest(file.content or b"", file.secret),
                file.mode,
                file.owner,
                file.group,
                None if file.secret else (file.content or b"").decode(),
            )
            for file in desired.files
        },
        packages=dict.fromkeys(desired.packages, "1.0"),
        units={
            unit.name: FoundUnit(unit.enabled, unit.enabled if unit.active is None else unit.active,
                                True)
            for unit in desired.units
        },
        loaded=Loaded("live", LISTEN),
        live="live",
        applied=Applied("ops", "laptop", "2026-11-22T00:00:00Z"),
        digest="deployed",
        running=True,
    )  # fmt: skip


def with_text(state: HostState, path: str, text: str) -> HostState:
    """The same host after somebody has edited a file by hand."""
    before = state.files[path]
    assert before is not None
    edited = replace(before, digest=digest(text.encode(), False), text=text)
    return replace(state, files={**state.files, path: edited}, live="edited", digest="edited")


def switched(state: HostState, to: dict[str, int], switch: Switch | None = None) -> HostState:
    """The same host after somebody has switched providers there."""
    made = Switched(to, "ops", "laptop", "2026-11-22T00:00:00Z")
    return replace(state, switch=switch or Switch(made, {}, found=True, current=True))


READ_ANSWER: dict[str, Any] = {
    "release": {
        "id": "debian",
        "version": "12",
        "name": "Debian GNU/Linux 12 (bookworm)",
        "like": "",
    },
    "files": {},
    "packages": {},
    "units": {},
    "loaded": {"digest": "d", "listen": "l"},
    "live": "d",
    "applied": {"by": "ann", "on": "desk", "at": "now"},
    "state": "s",
    "running": True,
    "switch": {
        "switched": {"to": {"ses": 1}, "by": "ann", "on": "desk", "at": "now"},
        "health": {"weights": {"sendgrid": 0.05}},
        "found": True,
        "current": False,
    },
    "waiting": {"total": 0, "held": {}},
    "previous": None,
}
"""An answer of the program "read"."""
