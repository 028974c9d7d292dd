"""A kind of resource that is added here: one class, one registration and the name of a stage.

The policy of each test registers it, because a deploy is a process of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.aws.reader import Reader
from mailfleet.aws.resources.kinds import KINDS
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Resource, Step, Thing, Values
from mailfleet.plan.stages import IDENTITIES, STAGES, Stage
from mailfleet.run.strict_facts import read
from tests.aws.conftest import Fleet
from tests.support.cloud import REGION

TOYS = "Toys"


class Found(AwsFact[dict[str, Any] | None]):
    """The toy: a secret whose description is its setting and whose tag names its owner."""

    def command(self, toy: str) -> AwsCommand:
        absent = ("ResourceNotFoundException",)
        call = AwsCall(
            "secretsmanager", "DescribeSecret", {"SecretId": toy}, region=REGION, absent=absent
        )
        return AwsCommand(call)


@dataclass(frozen=True)
class Toy(Resource):
    fleet: str
    found: dict[str, Any] | None
    desired: str | None
    adopt: bool

    @property
    def ours(self) -> bool:
        return not self.found or {"Key": "toy", "Value": self.fleet} in self.found.get("Tags", [])

    def things(self, values: Values) -> Iterator[Thing]:
        yield Thing(
            "toy",
            self.fleet,
            str(self.found["Description"]) if self.found else None,
            self.desired,
            "ours" if self.ours else "foreign",
            self.adopt,
            entry="Toy 'a'",
        )

    def steps(self) -> Iterator[Step]:
        yield Step(TOYS, self._make)

    def _make(self, values: Values) -> Commands:
        name, tags = {"SecretId": self.fleet}, [{"Key": "toy", "Value": self.fleet}]
        if self.found is None and self.desired:
            made = {"Name": self.fleet, "Description": self.desired, "Tags": tags}
            yield self._call("CreateSecret", {**made, "SecretString": "toy"})
        elif self.found and self.desired is None:
            yield self._call("DeleteSecret", {**name, "ForceDeleteWithoutRecovery": True})
        elif self.found and self.found["Description"] != self.desired:
            yield self._call("UpdateSecret", {**name, "Description": self.desired})

    def _call(self, operation: str, parameters: dict[str, Any]) -> AwsCall:
        return AwsCall("secretsmanager", operation, parameters, region=REGION)


def register(desired: str | None, *, adopt: bool = False) -> None:
    """Add the kind, after identities are made; pyinfra may load a policy more than one time."""

    def read_toy(reader: Reader) -> Iterator[Toy]:
        fleet = reader.mail.fleet
        yield Toy(fleet, read(reader.host, Found, toy=fleet), desired, adopt)

    if all(stage.name != TOYS for stage in STAGES):
        identities = next(n for n, stage in enumerate(STAGES) if stage.name == IDENTITIES)
        STAGES.insert(identities + 1, Stage(TOYS, "account", "toys are made"))
        KINDS.append(read_toy)


def ask(fleet: Fleet, desired: str | None, *, adopt: bool = False) -> None:
    """Let the policy ask for the toy."""
    fleet.write()
    policy = fleet.directory / "group_data/all.py"
    line = f"from tests.aws.test_extension import register\nregister({desired!r}, adopt={adopt})\n"
    policy.write_text(f"{policy.read_text()}{line}")


def planned(fleet: Fleet) -> list[tuple[str, str | None, str | None]]:
    """What the plan says of toys, as action, from what and to what."""
    changes = [change for change in fleet.plan() if change["kind"] == "toy"]
    return [(change["action"], change["before"], change["after"]) for change in changes]


def test_a_kind_is_planned_counted_made_changed_and_removed(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    ask(fleet, "small")
    assert planned(fleet) == [("create", None, "small")]
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    assert f"+ toy {fleet.name}: create" in run.output
    assert "AWS: 1 call (1 Secrets Manager)" in run.output
    rows = [line.strip() for line in run.output.splitlines()]
    (made, identities, records) = (
        next(n for n, row in enumerate(rows) if row.startswith(f"AWS account | {name} "))
        for name in (TOYS, IDENTITIES, "DNS records")
    )
    assert identities < made < records
    assert fleet.plan() == []
    ask(fleet, "large")
    assert planned(fleet) == [("update", "small", "large")]
    assert fleet.deploy("-y").status == 0
    ask(fleet, None)
    assert planned(fleet) == [("delete", "large", None)]
    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []


def test_one_of_another_owner_is_refused_and_adopted_when_the_policy_says_so(fleet: Fleet) -> None:
    secrets = fleet.cloud.client("secretsmanager")
    secrets.create_secret(Name=fleet.name, Description="theirs", SecretString="toy")
    fleet.cloud.control.forget_calls()
    ask(fleet, "small")
    run = fleet.deploy("-y")
    assert run.status != 0
    assert "Toy 'a': found" in run.output
    assert "which mailfleet does not own, expected small: to take it over" in run.output
    assert fleet.cloud.writes() == []
    ask(fleet, "small", adopt=True)
    assert fleet.deploy("-y").status == 0
    assert secrets.describe_secret(SecretId=fleet.name)["Description"] == "small"
    assert fleet.plan() == []
