"""A plan as text for people."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator

import click

from mailfleet.plan.change import Change, kind_name
from mailfleet.postfix_parameters import postfix_parameters

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red"),
          "run": ("!", "cyan")}  # fmt: skip


def lines(change: Change, full: bool) -> Iterator[str]:
    """One line for the change; with `full` also what it changes, in the thing's own terms."""
    sign, colour = _SIGNS[change.action]
    what = change.after if change.action == "run" else change.action
    yield click.style(f"{sign} {kind_name(change.kind)} {change.id}: {what}", fg=colour)
    if full and change.action != "run":
        yield from (click.style(f"    {line}", fg=_colour(line)) for line in _difference(change))


def _difference(change: Change) -> Iterator[str]:
    before, after = change.before or "", change.after or ""
    if change.id.endswith("/main.cf"):
        yield from _parameter_difference(postfix_parameters(before), postfix_parameters(after))
        return
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {line[1:]}"


def _parameter_difference(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            if name in before:
                yield f"- {name} = {before[name]}"
            if name in after:
                yield f"+ {name} = {after[name]}"


def _colour(line: str) -> str | None:
    return {"+": "green", "-": "red"}.get(line[0])


def totals(changes: Iterable[Change]) -> str:
    """The plan's last line: how many of each kind, and on how many hosts."""
    every = list(changes)
    if not every:
        return "No changes."
    hosts = len({change.host for change in every})
    kinds = Counter(change.kind for change in every)
    deletions = sum(change.action == "delete" for change in every)
    counts = [_count(hosts, "host"), *(_count(n, kind) for kind, n in kinds.items())]
    return ", ".join([*counts, _count(deletions, "deletion")])


def _count(number: int, kind: str) -> str:
    name = kind_name(kind)
    if number != 1:
        name = _plural(name)
    return f"{number} {name}"


def _plural(name: str) -> str:
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("ch") else f"{name}s"
