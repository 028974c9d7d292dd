"""Read everything that mailfleet manages on a host; nothing is changed."""

import json
from typing import Any

from agent.answer import print_answer
from agent.host.common import ending_in_one_sentence
from agent.host.installed_packages import installed
from agent.host.previous_config import previous
from agent.host.provider_switch import due_table, live_table, loaded_table
from agent.host.release import release
from agent.host.state import (
    APPLIED,
    HEALTH,
    LOADED,
    SWITCHED,
    kept,
    live_digest,
    observed,
    observed_units,
    running,
    state_digest,
)
from agent.host.tally import tally


def read(request: dict[str, Any], root: str = "") -> dict[str, Any]:
    """What `request` asks for: files (path, secret), packages and units by name, and whether the
    previous configuration is needed.

    See HostState in mailfleet.relay.state for the answer's shape.
    """
    files = observed(root, request["files"])
    applied = kept(root, APPLIED)
    return {
        "release": release(root),
        "files": files,
        "packages": installed(request["packages"]),
        "units": observed_units(request["units"]),
        "loaded": kept(root, LOADED),
        "live": live_digest(files),
        # without its digests, which only an apply compares
        "applied": applied and {key: applied[key] for key in applied if key != "files"},
        "state": state_digest(files),
        "running": running(root),
        "switch": _switch(root),
        "waiting": tally(root),
        "previous": previous(root) if request["previous"] else None,
    }


def _switch(root: str) -> dict[str, Any]:
    """The switch and who made it; whether its table exists, is up to date and loaded."""
    found, due = live_table(root), due_table(root)
    return {
        "switched": kept(root, SWITCHED),
        "health": kept(root, HEALTH),
        "found": found is not None,
        "current": due is None or (found == due and loaded_table(root)),
    }


def main(text: str) -> None:
    ending_in_one_sentence(lambda: print_answer(read(json.loads(text))))
