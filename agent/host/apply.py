"""Carry out a plan on a host: compare, check, swap, load. All of it, or nothing."""

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
from agent.host.postfix import Loading
from agent.host.postfix_check import check
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
    """The table of a switch, if these files make the live one out of date: a switch stays in force
    while the policy's routes change."""
    routes = [file["content"].decode() for file in files if file["path"] == ROUTES]
    due = due_table(root, *routes)
    return [] if due is None or due == live_table(root) else [table_file(due)]


def _install(root: str, request: dict[str, Any]) -> None:
    """Remove configuration that only comes with a package (Amazon Linux's Postfix): the next run
    would take it for one to be adopted."""
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
    """Everything that can be checked is checked, and everything that a rollback needs is kept,
    before the first file is replaced."""
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
    """Keep the configuration that works, for rollback.py. Files of a killed run are not kept, and
    not restored if this run fails, too."""
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
        record(root, request)  # for a run that is killed now: the files are not foreign
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
    """Let Postfix load what is live, and send the canary message."""
    loading.load(request["load"])
    if request["canary"]:
        send_canary(root, request["canary"])
    over.finish(change, loading)
    record(root, request)
    stamp(root, request)
    renew_credentials(root)


def _part_with(root: str, request: dict[str, Any], change: Transaction, units: Units) -> None:
    """Stop and remove what only the old configuration needed: a rollback still needed it until
    now."""
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
