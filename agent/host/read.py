"""Read everything that mailfleet manages on a host, in one go; nothing is changed."""

import json
from typing import Any

from agent.answer import print_answer
from agent.host.common import Refused, ending_in_one_sentence, one_line, run
from agent.host.history import previous
from agent.host.installed import installed
from agent.host.release import release
from agent.host.state import (
    APPLIED,
    HEALTH,
    LOADED,
    SWITCHED,
    kept,
    live_digest,
    observed,
    running,
    state_digest,
)
from agent.host.switching import due_table, live_table, loaded_table


def read(request: dict[str, Any], root: str = "") -> dict[str, Any]:
    """What `request` asks for: files (path, secret), packages and units by name, and whether to
    tell what worked before.

    See HostState in mailfleet.relay.state for the answer's shape.
    """
    files = observed(root, request["files"])
    applied = kept(root, APPLIED)
    return {
        "release": release(root),
        "files": files,
        "packages": installed(request["packages"]),
        "units": _units(request["units"]),
        "loaded": kept(root, LOADED),
        "live": live_digest(files),
        # not its digests: they are for the comparison of an apply alone
        "applied": applied and {key: applied[key] for key in applied if key != "files"},
        "state": state_digest(files),
        "running": running(root),
        "switch": _switch(root),
        "previous": previous(root) if request["previous"] else None,
    }


def _switch(root: str) -> dict[str, Any]:
    """What was switched, by whom; whether its table is there, and is what Postfix goes by."""
    found, due = live_table(root), due_table(root)
    return {
        "switched": kept(root, SWITCHED),
        "health": kept(root, HEALTH),
        "found": found is not None,
        "current": due is None or (found == due and loaded_table(root)),
    }


def _units(names: list[str]) -> dict[str, dict[str, bool]]:
    """Of each unit: enabled, active, and whether systemd has read its file as it is now."""
    if not names:
        return {}
    keys = "Id,UnitFileState,ActiveState,NeedDaemonReload"
    answer = run("systemctl", "show", f"--property={keys}", "--", *names)
    if answer.returncode != 0:
        raise Refused(f"systemd does not answer: {one_line(answer.stderr)}")
    found = {}
    for block in answer.stdout.strip().split("\n\n"):
        unit = dict(line.partition("=")[::2] for line in block.splitlines())
        found[unit.get("Id", "")] = {
            "enabled": unit.get("UnitFileState") == "enabled",
            "active": unit.get("ActiveState") == "active",
            "current": unit.get("NeedDaemonReload") != "yes",
        }
    return {name: found[name] for name in names}


def main(text: str) -> None:
    ending_in_one_sentence(lambda: print_answer(read(json.loads(text))))
