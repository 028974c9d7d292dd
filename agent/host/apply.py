"""Carry out a plan on a host: compare, check, swap, load. Old or new, never between."""

import base64
import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from agent.host.common import (
    Refused,
    carry_on_when_the_reader_is_gone,
    ending_in_one_sentence,
    one_line,
    run,
    say,
)
from agent.host.files import prepared, put, remove
from agent.host.packages import install
from agent.host.postfix import check, listen, load
from agent.host.state import (
    APPLIED,
    KEPT,
    LOADED,
    POSTFIX,
    fingerprints,
    keep,
    kept,
    live_digest,
    observed,
    state_digest,
)

LOCK_SECONDS = 60


def apply(request: dict[str, Any], root: str = "") -> None:
    """Do what mailfleet.relay.request describes. Raises Refused, with live files as they were."""
    files = [{**file, "content": base64.b64decode(file["content"])} for file in request["files"]]
    with _locked(root, request["by"]):
        _compare(root, request)
        install(request["packages"])
        with prepared(root, files) as beside:
            if request["load"]:
                check(files, request["absent"], request["nexthops"])
            _systemctl_each("disable", request["units"]["disable"])
            _swap(root, request, beside)
        _units(request["units"])
        if request["load"]:
            load(request["load"])
            # only now: a run killed before this line leaves a stamp that does not fit, so that
            # the next plan says "reload"
            live = live_digest(observed(root, request["managed"]))
            keep(root, LOADED, {"digest": live, "listen": listen()})


@contextlib.contextmanager
def _locked(root: str, by: str) -> Iterator[None]:
    """One apply at a time. The lock goes with the process: nothing to expire or to break."""
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
                    holder = one_line(lock.read()) or "somebody"
                    raise Refused(f"{holder} is still at work here: try again later") from None
                time.sleep(0.2)
        lock.truncate(0)
        lock.write(f"{by}, since {_now()},")
        lock.flush()
        yield


def _compare(root: str, request: dict[str, Any]) -> None:
    now = observed(root, request["managed"])
    if state_digest(now) == request["expected"]:
        return
    applied = kept(root, APPLIED)
    who = "by hand"
    if applied:
        found = fingerprints(now)
        if all(found.get(path, mark) == mark for path, mark in applied["files"].items()):
            who = f"by {applied['by']}@{applied['on']} at {applied['at']}"
    raise Refused(f"changed since planned, {who}: plan again")


def _swap(root: str, request: dict[str, Any], beside: dict[str, str]) -> None:
    """Put the new files live: Postfix's tables first and main.cf, which names them, last."""
    if not beside and not request["absent"]:
        return
    last = [path for path in (f"{POSTFIX}master.cf", f"{POSTFIX}main.cf") if path in beside]
    for path in [*sorted(set(beside) - set(last)), *last]:
        put(root, path, beside.pop(path))
        say(f"wrote {path}")
    for path in request["absent"]:
        remove(root, path)
        say(f"removed {path}")
    user, _, machine = request["by"].partition("@")
    files = fingerprints(observed(root, request["managed"]))
    keep(root, APPLIED, {"by": user, "on": machine, "at": _now(), "files": files})


def _units(units: dict[str, Any]) -> None:
    """Let systemd read unit files again when `reload` says so; enable and restart units."""
    if units["reload"]:
        _systemctl("daemon-reload")
    _systemctl_each("enable", units["enable"])
    _systemctl_each("restart", units["restart"])


def _systemctl_each(verb: str, names: list[str]) -> None:
    for name in names:
        _systemctl(verb, *(["--now"] if verb == "disable" else []), name)
        say(f"{verb} {name}")


def _systemctl(*arguments: str) -> None:
    answer = run("systemctl", "--quiet", *arguments)
    if answer.returncode != 0:
        raise Refused(f"systemctl {' '.join(arguments)}: {one_line(answer.stderr)}")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: apply(json.loads(text)))
