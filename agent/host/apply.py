"""Carry out a plan on a host: compare, check, swap, load. Old or new, never between."""

import base64
import json
import os
from typing import Any

from agent.host.canary import send_canary
from agent.host.certificate import make_certificate
from agent.host.common import (
    Refused,
    carry_on_when_the_reader_is_gone,
    ending_in_one_sentence,
    one_line,
    run,
    say,
)
from agent.host.files import prepared, put, remove, sweep
from agent.host.guard import compare, how_to_load, locked, record, stamp
from agent.host.history import PREVIOUS, put_back, remember, renew_credentials, set_aside
from agent.host.packages import install
from agent.host.postfix import check, load
from agent.host.state import APPLIED, POSTFIX, ROUTES, SWITCH, kept, main_last, observed
from agent.host.switching import due_table, live_table, renew_table, table_file


def apply(request: dict[str, Any], root: str = "") -> None:
    """Do what mailfleet.relay.request describes. Raises Refused, with live files as they were."""
    files = [{**file, "content": base64.b64decode(file["content"])} for file in request["files"]]
    with locked(root, request["by"]):
        compare(root, request)
        sweep(root, [SWITCH, *(file["path"] for file in request["managed"])])
        _install(root, request)
        if request["certificate"]:
            make_certificate(root, request["certificate"])
        files += _switch(root, files)
        with prepared(root, files) as beside:
            if request["load"]:
                check(files, request["absent"], request["nexthops"])
            _swap(root, request, beside)
        _units(request["units"])
        if request["load"]:
            _load_or_go_back(root, request)
        _part_with(root, request)


def _switch(root: str, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The table of a switch, when with these files it is not what it has to be: a switch stays in
    force, whatever becomes of the policy's routes."""
    routes = [file["content"].decode() for file in files if file["path"] == ROUTES]
    due = due_table(root, *routes)
    return [] if due is None or due == live_table(root) else [table_file(due)]


def _install(root: str, request: dict[str, Any]) -> None:
    """What was not there and comes with a package is nobody's configuration (that of Amazon
    Linux's Postfix): it goes, as another run would take it for somebody's."""
    if request["packages"]:
        before = observed(root, request["managed"])
        install(request["manager"], request["packages"])
        for path in (path for path, file in before.items() if file is None):
            remove(root, path)


def _swap(root: str, request: dict[str, Any], beside: dict[str, str]) -> None:
    """Put the new files live: Postfix's tables first and main.cf, which names them, last."""
    tables = [path for path in request["absent"] if path.startswith(POSTFIX)]
    if not beside and not tables:
        return
    set_aside(root)
    remember(root, request["managed"])
    if kept(root, APPLIED) is None:
        record(root, request)  # killed within, the next run must not take it for somebody's
    for path in sorted(beside, key=main_last):
        put(root, path, beside.pop(path))
        say(f"wrote {path}")
    for path in tables:
        remove(root, path)
        say(f"removed {path}")
    record(root, request)


def _load_or_go_back(root: str, request: dict[str, Any]) -> None:
    """Let Postfix load what is live, and see a message leave. When that fails, the tree that
    worked before comes back by itself."""
    try:
        load(request["load"])
        if request["canary"]:
            send_canary(request["canary"])
    except Refused as reason:
        before = kept(root, PREVIOUS)
        if before is None:
            raise
        put_back(root, before)
        renew_table(root)
        record(root, request)
        load(how_to_load(root))
        stamp(root, request)
        raise Refused(f"{reason}; this host went back to what worked before") from None
    stamp(root, request)
    renew_credentials(root)


def _part_with(root: str, request: dict[str, Any]) -> None:
    """Stop and remove what Postfix worked with until now. A host that goes back needs it still."""
    _systemctl_each("disable", request["units"]["disable"])
    others = [path for path in request["absent"] if not path.startswith(POSTFIX)]
    for path in others:
        remove(root, path)
        say(f"removed {path}")
    if others:
        record(root, request)
    if others and request["units"]["reload"]:
        _systemctl("daemon-reload")


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
        why = one_line(answer.stderr) or "it failed, see journalctl --priority=err"
        raise Refused(f"systemctl {' '.join(arguments)}: {why}")


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: apply(json.loads(text)))
