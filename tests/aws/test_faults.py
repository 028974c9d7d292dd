"""Every write of a deploy fails in turn, in every way that AWS and the net know.

The policy asks for all that mailfleet makes, and the account is such that every kind of call is
needed; which writes there are is learned from the emulator's log of an undisturbed deploy.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.observed import ApiCall
from tests.aws.conftest import Fleet, new_fleet
from tests.aws.furnished import furnish
from tests.support.cloud import Cloud
from tests.support.whole_account import everything_of

ATTEMPTS = 2  # of one call, as tests.aws.conftest sets it
PATIENCE = 2  # seconds that a call is waited for
IS_WRITE = ":(?!Get|List|Describe)"

# What befalls a call, and whether the run recovers from it.
KINDS: dict[str, tuple[dict[str, Any], bool]] = {
    "throttled": ({"status": 400, "code": "Throttling", "times": ATTEMPTS}, False),
    "unavailable": ({"status": 503, "code": "ServiceUnavailable", "times": ATTEMPTS}, False),
    "failing": ({"status": 500, "code": "InternalFailure", "times": ATTEMPTS}, False),
    "cut off": ({"drop": "before", "times": ATTEMPTS}, False),
    "done, every answer lost": ({"drop": "after", "times": ATTEMPTS}, False),
    "done, first answer lost": ({"drop": "after", "times": 1}, True),
    "done, first answer too late": ({"late": PATIENCE + 1, "times": 1}, True),
}

ALIKE = ["failing", "done, first answer too late"]  # like another: the walk leaves them out
SAMPLE = [*ALIKE, "unavailable", "done, every answer lost"]


@dataclass(frozen=True)
class Undisturbed:
    """What a deploy calls, in order, and what it leaves."""

    writes: list[ApiCall]
    state: str

    @property
    def points(self) -> list[tuple[str, int]]:
        """Each write as service:Operation, and how many of that name go before it."""
        seen: Counter[str] = Counter()
        points = []
        for call in self.writes:
            name = f"{call.service}:{call.operation}"
            points.append((name, seen[name]))
            seen[name] += 1
        return points


@pytest.fixture(scope="module")
def undisturbed(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    fleet = new_fleet(cloud, tmp_path_factory.mktemp("undisturbed"))
    furnish(fleet)
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    return Undisturbed(cloud.control.calls(writes=True), state_of(fleet))


def state_of(fleet: Fleet) -> str:
    return everything_of(fleet.cloud, fleet.domain, fleet.name)


def test_the_policy_needs_every_kind_of_write(undisturbed: Undisturbed) -> None:
    """A feature that makes another write is to be added to `furnish`."""
    assert {name.partition(":")[2] for name, _ in undisturbed.points} == {
        *("CreateConfigurationSet", "CreateEmailIdentity", "TagResource"),
        *("PutEmailIdentityMailFromAttributes", "PutEmailIdentityConfigurationSetAttributes"),
        *("ChangeResourceRecordSets", "CreateUser", "PutUserPolicy", "CreateAccessKey"),
        *("DeleteAccessKey", "CreateSecret", "PutSecretValue"),
        *("PutAccountSuppressionAttributes", "PutAccountVdmAttributes", "PutAccountDetails"),
        *("CreateDedicatedIpPool", "PutDedicatedIpPoolScalingAttributes"),
        *("PutConfigurationSetDeliveryOptions", "PutConfigurationSetReputationOptions"),
        *("CreateEmailIdentityPolicy", "UpdateEmailIdentityPolicy", "DeleteEmailIdentityPolicy"),
        *("PutConfigurationSetSendingOptions", "PutConfigurationSetSuppressionOptions"),
    }


def test_a_run_whose_every_first_answer_is_lost_recovers(
    fleet: Fleet, undisturbed: Undisturbed
) -> None:
    furnish(fleet)
    fleet.cloud.control.set_faults(aws={"drop": "after", "match": IS_WRITE, "every": 2})
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    lost = [call for call in fleet.cloud.control.calls(writes=True) if call.error == "Dropped"]
    assert len(lost) >= len(undisturbed.writes)
    assert state_of(fleet) == undisturbed.state
    assert fleet.plan() == []


@pytest.mark.parametrize(("number", "kind"), list(enumerate(SAMPLE)))
def test_some_write_and_each_fault(
    fleet: Fleet, undisturbed: Undisturbed, number: int, kind: str
) -> None:
    """Another write for each kind."""
    points = undisturbed.points
    survives(fleet, undisturbed, points[number * len(points) // len(SAMPLE)], kind)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ALIKE])
def test_every_write_in_turn(
    cloud: Cloud, tmp_path: Path, undisturbed: Undisturbed, kind: str
) -> None:
    for number, point in enumerate(undisturbed.points):
        directory = tmp_path / str(number)
        directory.mkdir()
        survives(new_fleet(cloud, directory), undisturbed, point, kind)


def survives(fleet: Fleet, undisturbed: Undisturbed, point: tuple[str, int], kind: str) -> None:
    """The run names the call or recovers; the next one leaves what an undisturbed one does."""
    (name, before), (fault, recovers) = point, KINDS[kind]
    where = f"{name} (after {before} such), {kind}"
    furnish(fleet)
    fleet.cloud.control.set_faults(aws={**fault, "match": f"^{name}$", "skip": before})
    run = fleet.deploy("-y", "--data", f"aws_timeout={PATIENCE}")
    fleet.cloud.control.reset_faults()
    assert "Traceback" not in run.output, f"{where}: {run.output}"
    assert run.status == (0 if recovers else 1), f"{where}: {run.output}"
    assert recovers or f"{name} failed" in run.output, f"{where}: {run.output}"
    again = fleet.deploy("-y")
    assert again.status == 0, f"{where}: {again.output}"
    assert not recovers or "Plan: No changes." in again.output, f"{where}: {again.output}"
    assert state_of(fleet) == undisturbed.state, where
