"""What is the same for every kind of resource: compare, refuse, show, count and carry out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mailfleet.plan.call import AwsCall
from mailfleet.plan.change import KNOWN_AFTER_APPLY, Action, Change, kind_name
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Commands, Failure, Resource, Step, Thing, Values
from mailfleet.plan.stages import STAGES


@dataclass(frozen=True)
class Plan:
    """What an account lacks, as it was read. It is shown, and then carried out stage by stage."""

    host: str
    resources: Sequence[Resource] = ()
    values: Values = field(default_factory=Values)

    @cached_property
    def changes(self) -> list[Change]:
        """In the order in which they are shown. PlanError when something of somebody else's is in
        the way."""
        things = [thing for each in self.resources for thing in each.things(Values())]
        first: dict[object, int] = {}
        for index, thing in enumerate(things):
            first.setdefault(thing.group or index, index)
        order = sorted(enumerate(things), key=lambda one: (first[one[1].group or one[0]], one[0]))
        return list(changes_of(self.host, (thing for _, thing in order)))

    @property
    def notes(self) -> list[str]:
        return [note for each in self.resources for note in each.notes()]

    @property
    def calls(self) -> list[AwsCall]:
        """Those that it takes: the same generators are run, and nothing answers."""
        values, found = Values(), []
        for stage in STAGES:
            for _, step in self._steps(stage.name):
                found += [command for command in step.run(values) if isinstance(command, AwsCall)]
                values.learn(*step.likely(values))
        return found

    @property
    def waits(self) -> list[str]:
        return [step.waits for each in self.resources for step in each.steps() if step.waits]

    def carry_out(self, stage: str) -> Commands:
        """A stage's steps. What a resource is made into is what was shown, but for what was not
        known then; else nothing is done."""
        for resource, step in self._steps(stage):
            if step.stage == next(iter(resource.steps())).stage:
                try:
                    self._check_as_shown(resource)
                except PlanError as reason:
                    yield Failure(str(reason))
                    return
            yield from step.run(self.values)

    def _steps(self, stage: str) -> list[tuple[Resource, Step]]:
        return [(r, step) for r in self.resources for step in r.steps() if step.stage == stage]

    def _check_as_shown(self, resource: Resource) -> None:
        shown = changes_of(self.host, resource.things(Values()))
        now = changes_of(self.host, resource.things(self.values))
        check_as_shown(list(shown), list(now))


def changes_of(host: str, things: Iterable[Thing]) -> Iterator[Change]:
    """What differs. PlanError for a thing that is not ours to change."""
    for thing in things:
        if thing.found == thing.desired:
            continue
        if thing.owner == "foreign" and not thing.adopt:
            raise PlanError(thing.refusal or _not_ours(thing))
        yield Change(host, thing.kind, thing.id, _action(thing), thing.found, thing.desired)


def _action(thing: Thing) -> Action:
    if thing.found is None:
        return "create"
    return "delete" if thing.desired is None else "update"


def _not_ours(thing: Thing) -> str:
    found, desired = (_in_one_line(text) for text in (thing.found, thing.desired))
    class_name = thing.entry.partition(" ")[0]
    return (
        f"{thing.entry}: found {thing.label or thing.id} with {found}, which mailfleet does not "
        f"own, expected {desired}: to take it over, say {class_name}(..., adopt=True); or let "
        "the policy say what is there"
    )


def _in_one_line(text: str | None) -> str:
    return text.replace("\n", ", ") if text else "nothing"


def check_as_shown(shown: Sequence[Change], now: Sequence[Change]) -> None:
    """PlanError unless each change is one that was shown, where what was `(known after apply)` may
    have become anything, and none of those that were known is missing."""
    left = list(shown)
    for change in now:
        match = next((one for one in left if _is(one, change)), None)
        if match is None:
            raise PlanError(_moved(change))
        left.remove(match)
    for change in left:
        if KNOWN_AFTER_APPLY not in f"{change.id}{change.after}":
            raise PlanError(_moved(change))


def _moved(change: Change) -> str:
    return (
        f"{kind_name(change.kind)} {change.id}: found another change than the plan has shown, "
        "expected the same one, so nothing of it was changed: run the deploy again"
    )


def _is(shown: Change, now: Change) -> bool:
    """Whether this change is that one, now that more is known."""
    if (shown.kind, shown.action) != (now.kind, now.action):
        return False
    if KNOWN_AFTER_APPLY in shown.id:
        return True
    same = shown.id == now.id and shown.before == now.before
    return same and _fits(shown.after, now.after)


def _fits(shown: str | None, now: str | None) -> bool:
    """Line by line, in any order: a set of values is shown sorted, and what becomes known moves."""
    if shown is None or now is None or KNOWN_AFTER_APPLY not in shown:
        return shown == now
    known = [line for line in shown.splitlines() if KNOWN_AFTER_APPLY not in line]
    lines = now.splitlines()
    return len(lines) <= len(shown.splitlines()) and all(line in lines for line in known)
