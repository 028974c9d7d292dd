"""Carry out a plan on a host: compare, judge, swap, load. Old or new, never between."""

from __future__ import annotations

import base64
import json
import os
import shutil
from typing import Any

from agent.host.canary import send_canary
from agent.host.certificate import fingerprint, new_certificate
from agent.host.changeover import Changeover
from agent.host.common import (
    WORK,
    WORK_WITH_PACKAGES,
    carry_on_when_the_reader_is_gone,
    end_within,
    ending_in_one_sentence,
    say,
)
from agent.host.files import remove
from agent.host.held import QUEUED
from agent.host.judge_units import judge_units
from agent.host.lock import compare, locked, record, stamp
from agent.host.packages import install
from agent.host.postfix import Loading, check
from agent.host.previous_config import (
    ADOPTED,
    PREVIOUS,
    files_of,
    remember,
    renew_credentials,
    set_aside,
    works,
)
from agent.host.provider_switch import due_table, live_table, table_file
from agent.host.state import APPLIED, LOADED, POSTFIX, ROUTES, SWITCH, kept, observed
from agent.host.transaction import Transaction, sweep, transaction
from agent.host.units import Units

RECORDS = [APPLIED, PREVIOUS, LOADED]


def apply(request: dict[str, Any], root: str = "") -> None:
    """Do what mailfleet.relay.request describes. Raises HostError, with the host as it was."""
    end_within(WORK_WITH_PACKAGES if request["packages"] else WORK)
    files = [{**file, "content": base64.b64decode(file["content"])} for file in request["files"]]
    with locked(root, request["by"]):
        compare(root, request)
        sweep(root, [QUEUED, *RECORDS, SWITCH, *(file["path"] for file in request["managed"])])
        _install(root, request)
        files += _switch(root, files)
        if request["certificate"]:
            files.append(new_certificate(request["certificate"]))
        with transaction(root) as change:
            over = Changeover(root, files, bool(request["load"]))
            _change(root, request, change, files, over)
        if request["load"] or request.get("waiting"):
            over.queued.move_on()
        if request["certificate"]:
            say(f"made {request['certificate']}, {fingerprint(files[-1])}")


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


def _change(
    root: str,
    request: dict[str, Any],
    change: Transaction,
    files: list[dict[str, Any]],
    over: Changeover,
) -> None:
    """All that can be judged is judged, and all that going back needs is there, before the first
    file is put."""
    change.stage(over.files)
    judge_units(root, {**request, "files": files})
    if request["load"]:
        check(root, files, request["absent"], request["nexthops"])
    paths = [*(file["path"] for file in over.files), *request["absent"]]
    change.keep([*RECORDS, *paths])
    units, loading = Units(request["units"]), Loading(root)
    change.on_undo_first(units.disable_new)
    change.on_undo(units.back, loading.back, units.stop_new, over.queued.back)
    if any(path.startswith(POSTFIX) for path in paths):
        _remember(root, request, change)
    if paths:
        over.begin(change)
        _swap(root, request, change)
    units.begin()
    if request["load"]:
        _load(root, request, loading, change, over)
    elif request.get("waiting"):
        over.finish(change, loading)
    _part_with(root, request, change, units)


def _remember(root: str, request: dict[str, Any], change: Transaction) -> None:
    """Keep what works, for rollback.py. What a killed run has left does not work, and is not what
    comes back when this run fails, too."""
    before = kept(root, PREVIOUS)
    if before and not works(root, request["managed"]):
        for path, file in files_of(before).items():
            change.keep_instead(path, file)
        change.on_undo(lambda: record(root, request), lambda: stamp(root, request))
    if set_aside(root):
        change.on_undo(lambda: shutil.rmtree(root + ADOPTED))
    remember(root, request["managed"])


def _swap(root: str, request: dict[str, Any], change: Transaction) -> None:
    """Put the new files live: Postfix's tables first and main.cf, which names them, last."""
    if kept(root, APPLIED) is None:
        record(root, request)  # killed within, the next run must not take it for somebody's
    for path in change.put_all():
        say(f"wrote {path}")
    for path in (path for path in request["absent"] if path.startswith(POSTFIX)):
        change.remove(path)
        say(f"removed {path}")
    record(root, request)


def _load(
    root: str,
    request: dict[str, Any],
    loading: Loading,
    change: Transaction,
    over: Changeover,
) -> None:
    """Let Postfix load what is live, and see a message leave."""
    loading.load(request["load"])
    if request["canary"]:
        send_canary(root, request["canary"])
    over.finish(change, loading)
    record(root, request)
    stamp(root, request)
    renew_credentials(root)


def _part_with(root: str, request: dict[str, Any], change: Transaction, units: Units) -> None:
    """Stop and remove what Postfix worked with until now. A host that goes back needs it still."""
    units.end()
    others = [path for path in request["absent"] if not path.startswith(POSTFIX)]
    for path in others:
        change.remove(path)
        say(f"removed {path}")
    if others:
        record(root, request)
        units.read_again()


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: apply(json.loads(text)))
