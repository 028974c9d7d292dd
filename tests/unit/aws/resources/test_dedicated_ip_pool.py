"""Dedicated IP pools: made, changed where AWS lets us, refused where it does not."""

import pytest

from mailfleet.aws.resources.dedicated_ip_pool import Pool, PoolPlan, WarmUp
from mailfleet.plan.engine import changes_of
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Values
from mailfleet.policy import DedicatedPool

WARM, COLD = WarmUp("192.0.2.1", 100, False), WarmUp("192.0.2.2", 40, True)


def plan(found: Pool | None, scaling: str = "STANDARD", adopt: bool = False) -> PoolPlan:
    desired = DedicatedPool("bulk", scaling=scaling, adopt=adopt)  # type: ignore[arg-type]
    return PoolPlan("us-east-1", desired, "fleet", found)


def changed(pool: PoolPlan) -> list[tuple[str, str | None, str | None]]:
    changes = changes_of("@aws", pool.things(Values()))
    return [(change.action, change.before, change.after) for change in changes]


def test_a_missing_pool_is_made_ours() -> None:
    assert changed(plan(None)) == [("create", None, "scaling: STANDARD\ntag mailfleet: fleet")]


@pytest.mark.parametrize("fleet", ["fleet", "other", None])
def test_a_pool_as_the_policy_says_is_left_alone_whosever_it_is(fleet: str | None) -> None:
    assert changed(plan(Pool("STANDARD", fleet))) == []


def test_a_pool_of_ours_becomes_managed() -> None:
    assert changed(plan(Pool("STANDARD", "fleet"), "MANAGED")) == [
        (
            "update",
            "scaling: STANDARD\ntag mailfleet: fleet",
            "scaling: MANAGED\ntag mailfleet: fleet",
        )
    ]


@pytest.mark.parametrize("adopt", [False, True])
@pytest.mark.parametrize("fleet", ["fleet", None])
def test_a_managed_pool_does_not_become_standard(fleet: str | None, adopt: bool) -> None:
    with pytest.raises(PlanError, match="found the pool us-east-1/bulk with MANAGED scaling, exp"):
        changed(plan(Pool("MANAGED", fleet), adopt=adopt))


def test_somebody_elses_pool_is_changed_only_by_adoption() -> None:
    theirs = Pool("STANDARD", None)
    with pytest.raises(
        PlanError, match=r"does not own, .* say DedicatedPool\(\.\.\., adopt=True\)"
    ):
        changed(plan(theirs, "MANAGED"))
    after = "scaling: MANAGED\ntag mailfleet: fleet"
    assert changed(plan(theirs, "MANAGED", adopt=True)) == [("update", "scaling: STANDARD", after)]
    assert changed(plan(Pool("STANDARD", "fleet"), adopt=True)) == []


@pytest.mark.parametrize(
    ("found", "notes"),
    [
        (None, []),
        (Pool("STANDARD", None, (WARM,)), []),
        (
            Pool("STANDARD", None, (WARM, COLD)),
            ["dedicated IP pool us-east-1/bulk warms up: 192.0.2.2 40 %"],
        ),
        (Pool("MANAGED", None, (COLD,)), []),
    ],
)
def test_addresses_that_warm_up_are_told(found: Pool | None, notes: list[str]) -> None:
    assert list(plan(found).notes()) == notes


def test_a_standard_pool_without_addresses_is_told() -> None:
    (note,) = plan(Pool("STANDARD", None)).notes()
    assert "us-east-1/bulk has no addresses: lease some" in note
