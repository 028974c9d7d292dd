"""A host's answer, and damaged records in it."""

from typing import Any

import pytest

from mailfleet.relay.state import Applied, Loaded, parse

ANSWER: dict[str, Any] = {
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


def test_records_are_understood() -> None:
    state = parse(ANSWER)
    assert state.loaded == Loaded("d", "l")
    assert state.applied == Applied("ann", "desk", "now")
    assert state.switch.to == {"ses": 1}
    assert state.switch.health == {"sendgrid": 0.05}


@pytest.mark.parametrize("damaged", [None, {}, {"digest": "d"}, {"by": "ann"}, {"x": "y"}])
def test_a_damaged_record_is_none(damaged: dict[str, str] | None) -> None:
    state = parse({**ANSWER, "loaded": damaged, "applied": damaged})
    assert state.loaded is None
    assert state.applied is None
