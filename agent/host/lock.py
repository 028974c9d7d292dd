"""The lock of a host, and the records of who has changed what."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from agent.host.common import HostError, one_line
from agent.host.postfix import listen
from agent.host.provider_switch import table_digest
from agent.host.state import (
    APPLIED,
    KEPT,
    LOADED,
    fingerprints,
    keep,
    kept,
    live_digest,
    observed,
    state_digest,
)

LOCK_SECONDS = 15


@contextlib.contextmanager
def locked(root: str, by: str) -> Iterator[None]:
    """One change at a time. The lock ends with the process, so it never has to expire."""
    os.makedirs(root + KEPT, mode=0o700, exist_ok=True)
    with open(f"{root}{KEPT}/lock", "a+", encoding="utf-8") as lock:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    lock.seek(0)
                    holder = one_line(lock.read()) or "another run"
                    raise HostError(f"{holder} is still changing this host: try again") from None
                time.sleep(0.2)
        lock.truncate(0)
        lock.write(f"{by}, since {now()},")
        lock.flush()
        yield


def compare(root: str, request: dict[str, Any]) -> None:
    """Raises HostError when the host is no longer as it was read."""
    now = observed(root, request["managed"])
    if state_digest(now) == request["expected"]:
        return
    applied = kept(root, APPLIED)
    who = "manually"
    if applied:
        found = fingerprints(now)
        if all(found.get(path, mark) == mark for path, mark in applied["files"].items()):
            who = f"by {applied['by']}@{applied['on']} at {applied['at']}"
    raise HostError(f"changed since planned, {who}: plan again")


def record(root: str, request: dict[str, Any]) -> None:
    """Record who has changed the files, and what they are now."""
    user, _, machine = request["by"].partition("@")
    files = fingerprints(observed(root, request["managed"]))
    keep(root, APPLIED, {"by": user, "on": machine, "at": now(), "files": files})


def stamp(root: str, request: dict[str, Any]) -> None:
    """Record that Postfix runs what is live. A run that is killed before this leaves a stamp that
    does not match, so that the next plan says "reload"."""
    live = live_digest(observed(root, request["managed"]))
    keep(root, LOADED, {"digest": live, "listen": listen(root), "switch": table_digest(root)})


def how_to_load(root: str) -> str:
    """ "reload", or "restart" when Postfix must listen elsewhere than it does."""
    loaded = kept(root, LOADED)
    return "reload" if loaded and loaded.get("listen") == listen(root) else "restart"


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
