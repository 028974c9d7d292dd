"""Showing the plan once it is whole, and keeping it for `--data plan_out=FILE`.

pyinfra makes every host's plan before it changes any. What is announced here is what is then
carried out: operations are given the plan itself. Hosts of which the same is planned are shown
together.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from pyinfra import host, logger, state
from pyinfra.api.state import State

from mailfleet.plan import text
from mailfleet.plan.change import Change
from mailfleet.plan.cost import Cost, total_cost
from mailfleet.run.options import PLAN_OUT


@dataclass
class _HostPlan:
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    whole: bool = False


_runs: "WeakKeyDictionary[State, dict[str, _HostPlan]]" = WeakKeyDictionary()


def report(
    changes: Iterable[Change],
    notes: Iterable[str] = (),
    total: str | None = None,
    cost: Cost | None = None,
) -> None:
    """Add to the current host's part of the plan; notes are what somebody should know, `total`
    is what the plan's last line should say beside the numbers of changes, and `cost` that of the
    calls to AWS that the changes take."""
    part = _run().setdefault(host.name, _HostPlan())
    part.changes.extend(changes)
    part.notes.extend(notes)
    part.totals.extend([total] if total else [])
    part.costs.extend([cost] if cost else [])


def changing_hosts(run: State) -> tuple[str, ...]:
    """The hosts of whose plan changes have been announced."""
    return tuple(name for name, part in _runs.get(run, {}).items() if part.changes)


def report_end() -> None:
    """Say that the current host's part is whole. Once all are: show the plan, a line a change
    or all of it with --diff, and write the file that was asked for."""
    run = _run()
    run.setdefault(host.name, _HostPlan()).whole = True
    if not {active.name for active in state.active_hosts} <= {n for n in run if run[n].whole}:
        return
    plan = {name: run[name] for name in sorted(run)}  # hosts finish in any order
    for names, part in _alike(plan):
        _show(names, part)
    every = [change for part in plan.values() for change in part.changes]
    totals = [total for part in plan.values() for total in part.totals]
    logger.info(f"--> Plan: {', '.join([text.totals(every), *totals])}")
    for name, part in plan.items():
        if cost := total_cost(part.costs):
            logger.info(f"--> {name}: {cost.text}")
    if path := PLAN_OUT.of(host):
        _write(Path(path), every)


def _run() -> dict[str, _HostPlan]:
    return _runs.setdefault(host.state, {})


def _alike(plan: dict[str, _HostPlan]) -> list[tuple[list[str], _HostPlan]]:
    """Hosts that share one plan, and that plan."""
    groups: dict[object, tuple[list[str], _HostPlan]] = {}
    for name, part in plan.items():
        key = (*(replace(change, host="") for change in part.changes), *part.notes)
        groups.setdefault(key, ([], part))[0].append(name)
    return list(groups.values())


def _show(names: Sequence[str], part: _HostPlan) -> None:
    if not part.changes and not part.notes:
        return
    logger.info(f"--> Plan of {', '.join(names)}:")
    for note in part.notes:
        logger.warning(note)
    for change in part.changes:
        for line in text.lines(change, state.config.DIFF):
            logger.info(line)


def _write(path: Path, plan: list[Change]) -> None:
    """Whole or not at all, and for our eyes only: a plan tells how mail is set up."""
    handle, scratch = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        json.dump([asdict(change) for change in plan], file, indent=2)
        file.write("\n")
    os.replace(scratch, path)
