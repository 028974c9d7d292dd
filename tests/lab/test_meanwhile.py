"""What else may happen while a deploy is under way: another deploy, and Ctrl-C."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from mailfleet.relay.plan import plan
from tests.support.fleet import Fleet
from tests.support.host_programs import policy_in, state, wanted
from tests.support.policies import write_policy
from tests.support.under_way import CONFIRM, UnderWay

ALL_AT_ONCE = ("--data", "rollout=all")
FIRST, THEN = "Postfix and monitoring, on one host first", "Relay | Postfix and monitoring"


def settled(fleet: Fleet, policies: Sequence[Path]) -> dict[str, Path]:
    """Of which of the policies each relay is, with nothing left to do, once who is at work there
    is through."""
    targets = [(policy, wanted(fleet, policy_in(policy))) for policy in policies]
    found = {}
    for relay in fleet.relays:
        fleet.ssh(relay, "flock --wait 60 /var/lib/mailfleet/lock true")
        (found[relay],) = (p for p, t in targets if not plan(relay, t, state(fleet, relay, t)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("rollout", [(), ALL_AT_ONCE])
def test_of_two_deploys_at_once_each_host_is_of_one(
    deployed: Fleet, tmp_path: Path, rollout: Sequence[str]
) -> None:
    policies = [
        write_policy(tmp_path / name, ses=f", connections={connections}", more=more)
        for name, connections, more in (
            ("ours", 21, ""),
            ("theirs", 22, 'relay=Relay(check_logs="daily"),'),
        )
    ]
    runs = [UnderWay(deployed, *rollout, policy=policy) for policy in policies]
    for run in runs:
        run.wait_for(CONFIRM)
    for run in runs:
        run.confirm()
    ended = [run.end() for run in runs]
    winners = settled(deployed, policies)
    for policy, end in zip(policies, ended, strict=True):
        lost = [relay for relay, winner in winners.items() if winner != policy]
        said = end.output
        assert (end.status == 0) == (not lost), said
        told = said.count("changed since planned, by ") + said.count("is still changing this host")
        assert told + said.count("deployed first, failed: this relay") == len(lost), said
        assert not lost or told
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rollout", "begun", "left"),
    [
        ((), FIRST, {"relay1": FIRST, "relay2": THEN, "relay3": THEN}),
        (ALL_AT_ONCE, THEN, {"relay1": THEN, "relay2": THEN, "relay3": THEN}),
    ],
)
def test_ctrl_c_leaves_every_host_whole_and_lists_what_is_left(
    deployed: Fleet, tmp_path: Path, rollout: Sequence[str], begun: str, left: dict[str, str]
) -> None:
    policy = write_policy(tmp_path, ses=", connections=23")
    run = UnderWay(deployed, "-y", *rollout, policy=policy)
    run.wait_for(f"Starting operation: Relay | {begun.removeprefix('Relay | ')} ")
    time.sleep(1.5)  # an apply takes twice as long
    run.interrupt()
    ended = run.end()
    assert ended.status == 130
    assert "Traceback" not in ended.output
    said = ended.output[ended.output.index("Interrupted. Left to do:") :]
    for relay, step in left.items():
        assert any(f"[{relay}]" in line and step in line for line in said.splitlines()), said
    assert "(begun)" in said
    of = settled(deployed, [deployed.policy, policy])
    if not rollout:
        assert of["relay2"] == of["relay3"] == deployed.policy
    rerun = deployed.deploy("-y", policy=policy)
    assert rerun.status == 0, rerun.output
    assert set(settled(deployed, [policy])) == set(deployed.relays)
    assert deployed.deploy("-y").status == 0
