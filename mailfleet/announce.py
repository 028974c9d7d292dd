"""Showing each host's plan as it is made, and keeping all of them for `--data plan_out=FILE`.

pyinfra makes every host's plan before it changes any. What is announced here is what is then
carried out: operations are given the plan itself.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from weakref import WeakKeyDictionary

from pyinfra import host, logger, state
from pyinfra.api.state import State

from mailfleet import show
from mailfleet.plan import Change

_runs: "WeakKeyDictionary[State, dict[str, list[Change]]]" = WeakKeyDictionary()


def announce(changes: Iterable[Change], notes: Iterable[str] = ()) -> None:
    """Show the current host's part of the plan: a line a change, all of it with --diff."""
    plan = list(changes)
    _run().setdefault(host.name, []).extend(plan)
    shown = [line for change in plan for line in show.lines(change, state.config.DIFF)]
    for note in notes:
        logger.warning(f"{host.print_prefix}{note}")
    for line in shown:
        logger.info(f"{host.print_prefix}{line}")


def announce_end() -> None:
    """Once every host has announced its part: the totals, and the file that was asked for."""
    run = _run()
    run.setdefault(host.name, [])
    if not {active.name for active in state.active_hosts} <= run.keys():
        return
    # hosts finish in any order; the plan has one
    plan = [change for name in sorted(run) for change in run[name]]
    logger.info(f"--> Plan: {show.totals(plan)}")
    if path := host.data.get("plan_out"):
        _write(Path(path), plan)


def _run() -> dict[str, list[Change]]:
    return _runs.setdefault(host.state, {})


def _write(path: Path, plan: list[Change]) -> None:
    """Whole or not at all, and for our eyes only: a plan tells how mail is set up."""
    handle, scratch = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        json.dump([asdict(change) for change in plan], file, indent=2)
        file.write("\n")
    os.replace(scratch, path)
