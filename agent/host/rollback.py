"""Restore the previous configuration, and keep the current one as the previous one."""

import json
import os
from typing import Any

from agent.host.changeover import Changeover
from agent.host.common import (
    WORK,
    HostError,
    carry_on_when_the_reader_is_gone,
    end_within,
    ending_in_one_sentence,
    say,
)
from agent.host.held import QUEUED
from agent.host.lock import compare, how_to_load, locked, record, stamp
from agent.host.postfix import Loading
from agent.host.previous_config import PREVIOUS, files_of, remember
from agent.host.provider_switch import due_table, live_table, table_file
from agent.host.state import APPLIED, LOADED, SWITCH, kept
from agent.host.transaction import sweep, transaction

STAYED = "this host runs what it ran before"


def rollback(request: dict[str, Any], root: str = "") -> None:
    """`request` has `by`, `managed` and `expected`, as an apply has."""
    end_within(WORK)
    with locked(root, request["by"]):
        compare(root, request)
        before = kept(root, PREVIOUS)
        if before is None:
            raise HostError(
                "found no previous configuration, expected one that worked before the last deploy"
            )
        files = files_of(before)
        records = [SWITCH, PREVIOUS, APPLIED, LOADED]
        sweep(root, [QUEUED, *records, *files])
        with transaction(root, STAYED) as change:
            over = Changeover(root, [file for file in files.values() if file], loads=True)
            change.keep([*records, *files])
            change.stage(over.files)
            remember(root, request["managed"])
            loading = Loading(root)
            change.on_undo(loading.back, over.queued.back)
            list(change.put_all())
            for path in (path for path, file in files.items() if file is None):
                change.remove(path)
            due = due_table(root)
            if due is not None and due != live_table(root):
                change.stage([table_file(due)])
                list(change.put_all())
            record(root, request)
            loading.load(how_to_load(root))
            over.finish(change, loading)
            record(root, request)
            stamp(root, request)
        over.queued.move_on()
        say("rolled back to what worked before")


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: rollback(json.loads(text)))
