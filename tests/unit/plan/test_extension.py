"""A kind of resource that is added here, in the test, has all that the engine gives to each."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mailfleet.plan import stages
from mailfleet.plan.call import AwsCall
from mailfleet.plan.engine import Plan, check_as_shown
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Commands, Resource, Step, Thing, Values

TOYS = "Toys"


@dataclass(frozen=True)
class Toy:
    """A queue, say. `owner` is the fleet that its tag names."""

    name: str
    found: str | None
    desired: str | None
    owner: str | None = "fleet"
    adopt: bool = False
    stage: str = TOYS

    @property
    def id(self) -> str:
        return self.name

    def things(self, values: Values) -> Iterator[Thing]:
        ours = self.owner == "fleet" or self.adopt
        yield Thing(
            "toy",
            self.name,
            self.found,
            values.now(self).desired,
            "ours" if ours else "foreign",
            entry=f"Toy {self.name!r}",
        )

    def notes(self) -> Iterator[str]:
        yield f"{self.name} is a toy"

    def steps(self) -> Iterator[Step]:
        yield Step(self.stage, self._make, likely=lambda values: [self])

    def _make(self, values: Values) -> Commands:
        if self.found != self.desired:
            verb = "Delete" if self.desired is None else "Put"
            yield AwsCall("toys", f"{verb}Toy", {"Name": self.name})


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> None:
    new = stages.Stage(TOYS, "account", "toys are made")
    monkeypatch.setattr("mailfleet.plan.engine.STAGES", [*stages.STAGES[:5], new])


def carried_out(plan: Plan, *names: str) -> list[str]:
    """The calls, in the order of these stages."""
    return [str(command) for name in names for command in plan.carry_out(name)]


def plan(*toys: Resource) -> Plan:
    return Plan("@aws", toys)


def test_it_is_shown_counted_and_carried_out_in_the_order_of_the_stages() -> None:
    later, earlier = Toy("later", None, "1"), Toy("earlier", None, "1", stage=stages.IDENTITIES)
    made = plan(later, earlier)
    assert [(c.kind, c.id, c.action) for c in made.changes] == [
        ("toy", "later", "create"),
        ("toy", "earlier", "create"),
    ]
    assert made.notes == ["later is a toy", "earlier is a toy"]
    in_order = ["toys:PutToy Name=earlier", "toys:PutToy Name=later"]
    assert [str(call) for call in made.calls] == in_order
    assert carried_out(made, stages.IDENTITIES, TOYS) == in_order


def test_one_as_the_policy_says_is_left_alone_whoever_owns_it() -> None:
    for owner in ("fleet", None):
        same = plan(Toy("a", "1", "1", owner))
        assert (same.changes, same.calls, carried_out(same, TOYS)) == ([], [], [])


def test_it_is_removed() -> None:
    gone = plan(Toy("a", "1", None))
    assert [change.action for change in gone.changes] == ["delete"]
    assert carried_out(gone, TOYS) == ["toys:DeleteToy Name=a"]


def test_somebody_elses_is_refused_and_adopted_when_the_policy_says_so() -> None:
    with pytest.raises(PlanError, match=r"Toy 'a': found a with 1, .* not own, expected 2"):
        list(plan(Toy("a", "1", "2", "another")).changes)
    (change,) = plan(Toy("a", "1", "2", "another", adopt=True)).changes
    assert change.action == "update"


def test_another_change_than_was_shown_is_refused() -> None:
    toy = Toy("a", "1", "2")
    made = plan(toy)
    made.values.learn(Toy("a", "1", "3"))
    (refusal,) = made.carry_out(TOYS)
    assert "found another change than the plan has shown" in str(refusal)
    unknown = plan(Toy("a", None, "value: (known after apply)\nsize: 1"))
    unknown.values.learn(Toy("a", None, "value: 7\nsize: 1"))
    assert carried_out(unknown, TOYS)
    check_as_shown(made.changes, made.changes)
    with pytest.raises(PlanError):
        check_as_shown(made.changes, [])
