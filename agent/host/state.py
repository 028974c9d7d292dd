"""The records that mailfleet keeps on a host, and digests of the host's files."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from typing import Any, Optional

from agent.host.common import HostError, one_line, run
from agent.host.files import replace
from agent.host.observe import observe

KEPT = "/var/lib/mailfleet"
LOADED = f"{KEPT}/loaded"
APPLIED = f"{KEPT}/applied.json"
POSTFIX = "/etc/postfix/"
ROUTES = f"{POSTFIX}routes.json"  # what a switch may do
SWITCH = f"{POSTFIX}switch"  # its table, which Postfix reads
SWITCHED = f"{KEPT}/switch.json"  # the manual switch: weights, user and time
HEALTH = f"{KEPT}/health.json"  # of the providers, as this host sees them
MASTER_LOCK = "/var/spool/postfix/pid/master.pid"
Files = dict[str, Optional[dict[str, Any]]]


def main_last(path: str) -> tuple[bool, bool, str]:
    """A sort key: tables first, then master.cf, and last main.cf, which names them all."""
    return path == f"{POSTFIX}main.cf", path == f"{POSTFIX}master.cf", path


def observed(root: str, managed: list[dict[str, Any]]) -> Files:
    return {file["path"]: observe(root, file["path"], file["secret"]) for file in managed}


def fingerprints(files: Files) -> dict[str, list[str] | None]:
    """Each file's digest, mode, owner and group, by path."""
    return {
        path: [file[key] for key in ("digest", "mode", "owner", "group")] if file else None
        for path, file in files.items()
    }


def state_digest(files: Files) -> str:
    """One digest of all managed files: a plan made from it is valid while it stays the same."""
    text = json.dumps(fingerprints(files), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def live_digest(files: Files) -> str | None:
    """A digest of the contents that Postfix would load now; None before there are any."""
    contents = {
        path: file["digest"] for path, file in files.items() if file and path.startswith(POSTFIX)
    }
    if not contents:
        return None
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def kept(root: str, path: str) -> dict[str, Any] | None:
    """A record. A damaged one counts as missing: the next apply rewrites it."""
    try:
        with open(root + path, encoding="utf-8") as file:
            record = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def keep(root: str, path: str, record: dict[str, Any]) -> None:
    """Write a record atomically, readable by root only."""
    os.makedirs(root + KEPT, mode=0o700, exist_ok=True)
    replace(root, path, {"mode": "600", "content": f"{json.dumps(record)}\n".encode()})


def running(root: str) -> bool:
    """Whether Postfix's master runs: it holds this lock. `postfix status` logs an error when it
    does not run, which would cause an alert."""
    try:
        with open(root + MASTER_LOCK, "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def observed_units(names: list[str]) -> dict[str, dict[str, bool]]:
    """Of each unit: enabled, active, whether systemd has read its file as it is now, and whether it
    has a main process."""
    return {
        name: {
            "enabled": unit.get("UnitFileState") == "enabled",
            "active": unit.get("ActiveState") == "active",
            "current": unit.get("NeedDaemonReload") != "yes",
            "main": unit.get("MainPID", "0") != "0",
        }
        for name, unit in shown_units(names).items()
    }


def shown_units(names: list[str]) -> dict[str, dict[str, str]]:
    """Of each unit the properties that systemd shows of it (systemctl(1))."""
    if not names:
        return {}
    keys = "Id,UnitFileState,ActiveState,NeedDaemonReload,MainPID"
    answer = run("systemctl", "show", f"--property={keys}", "--", *names)
    if answer.returncode != 0:
        raise HostError(f"systemd does not answer: {one_line(answer.stderr)}")
    blocks = answer.stdout.strip().split("\n\n")
    units = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in blocks]
    found = {unit.get("Id", ""): unit for unit in units}
    return {name: found[name] for name in names}
