"""A fleet that an earlier version has deployed is upgraded: programs and comments change, nothing
else does, and mail arrives meanwhile."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lab.observed import ApiCall
from tests.support.cli import Run
from tests.support.earlier import Earlier, NoHistoryError
from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.fleet_commands import verify
from tests.support.host_files import POSTFIX, PROGRAMS, content
from tests.support.labs import fresh_lab
from tests.support.policies import DOMAIN
from tests.support.steady_client import SteadyClient, Submitted
from tests.support.two_versions import (
    ALONE,
    CLIENT,
    DEDICATED,
    PASSWORD,
    POLICY,
    USER,
    Operator,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # of the module's deploys, too

WRITTEN_OUT = {"soft_bounce", "relayhost"}
"""Parameters of main.cf that say since then what holds anyway, for readers."""
# What runs since when, but for what timers start, and what is installed.
_RUNNING = """
systemctl show postfix.service postfix@-.service dovecot.service mailfleet-senders.service \\
    mailfleet-logins.service mailfleet-health.timer mailfleet-returned.timer \\
    mailfleet-returned.path check-mail-logs.timer \\
    -p Id -p UnitFileState -p ActiveState -p NeedDaemonReload -p ActiveEnterTimestampMonotonic
cat /var/spool/postfix/pid/master.pid
dpkg-query -W
"""


@dataclass(frozen=True)
class Upgrade:
    """What was seen of it, in order. `running` is by relay: before and after."""

    old_words: Run
    dry_plan: list[dict[str, Any]]
    run_plan: list[dict[str, Any]]
    writes: list[ApiCall]
    running: dict[str, tuple[str, str]]
    submitted: list[Submitted]
    arrived: Counter[str]


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Of a fleet that the earlier version has deployed."""
    scratch = tmp_path_factory.mktemp("upgrade").resolve()
    try:
        earlier = Earlier.extract(scratch / "earlier")
    except NoHistoryError as reason:
        pytest.skip(str(reason))
    world = scratch / "world.py"
    world.write_text(POLICY)
    with fresh_lab(scratch / "lab", world) as lab:
        operator = Operator(lab, earlier, scratch)
        operator.deploy_first()
        assert "Plan: No changes." in operator.deploy_earlier("--dry").output
        yield operator


@pytest.fixture(scope="module")
def upgrade(operator: Operator) -> Upgrade:
    fleet = operator.fleet
    fleet.control.forget_calls()
    fleet.control.forget_mail()
    before = {relay: fleet.ssh(relay, _RUNNING) for relay in fleet.relays}
    clients = _clients(fleet)
    time.sleep(3)
    old_words = operator.deploy("--dry", policy=operator.old_words)
    _, dry_plan = operator.plan("--dry", "--diff")
    _, run_plan = operator.plan("-y")
    time.sleep(3)
    submitted = [client.stop() for client in clients]
    number = sum(len(each.accepted) for each in submitted)
    wait_until(lambda: _arrived(fleet).total() >= number, 60)
    wait_until(lambda: not any(fleet.queued(relay) for relay in fleet.relays), 60)
    seen = Upgrade(
        old_words,
        dry_plan,
        run_plan,
        fleet.control.calls(writes=True),
        {relay: (text, fleet.ssh(relay, _RUNNING)) for relay, text in before.items()},
        submitted,
        _arrived(fleet),
    )
    print("\n".join(_report(seen)))  # shown by `pytest -s`
    return seen


def _report(seen: Upgrade) -> Iterator[str]:
    yield "The plan of the upgrade:"
    for change in seen.run_plan:
        how = change["after"] if change["kind"] == "service" else change["action"]
        named = ", ".join(sorted(_differences(change))) if _is_main_cf(change) else ""
        yield f"  {change['host']}: {change['kind']} {change['id']}: {how} {named}".rstrip()
    accepted = [len(each.accepted) for each in seen.submitted]
    yield f"Accepted meanwhile: {accepted}, {sum(accepted)} in all; arrived: {seen.arrived.total()}"
    yield f"Written at AWS: {[call.operation for call in seen.writes]}"


def _clients(fleet: Fleet) -> list[SteadyClient]:
    """One for each relay, and a user of the dedicated one. With the relay that stands alone, two of
    three senders are rewritten or sent through the other region."""
    app, eu, visitor = f"app@{DOMAIN}", f"eu@{DOMAIN}", "visitor@elsewhere.example"
    submission = f"{fleet.address(DEDICATED)}:587"
    return [
        SteadyClient(fleet, ALONE, ALONE, [app, visitor, eu]),
        SteadyClient(fleet, DEDICATED, DEDICATED, [app, eu]),
        SteadyClient(fleet, CLIENT, CLIENT, [app]),
        SteadyClient(fleet, ALONE, USER, [app], to=submission, login=f"{USER}:{PASSWORD}"),
    ]


def _arrived(fleet: Fleet) -> Counter[str]:
    """How often each message of the clients has arrived."""
    subjects = (subject_of(mail) for mail in fleet.control.mail())
    return Counter(subject for subject in subjects if " number " in subject)


def test_the_old_name_of_a_field_is_answered_with_the_new_one(upgrade: Upgrade) -> None:
    assert upgrade.old_words.status != 0
    assert re.search(r"`\w+` is now `\w+`", upgrade.old_words.output)


def test_the_plan_holds_programs_and_comments(upgrade: Upgrade) -> None:
    assert upgrade.run_plan == upgrade.dry_plan
    loads = [change for change in upgrade.dry_plan if change["kind"] == "service"]
    files = [change for change in upgrade.dry_plan if change not in loads]
    assert {change["host"] for change in files} == {ALONE, DEDICATED, CLIENT}
    for change in files:
        assert (change["kind"], change["action"]) == ("file", "update"), change
        assert change["id"].startswith(PROGRAMS) or _differences(change) <= WRITTEN_OUT, change
    assert {(load["id"], load["after"]) for load in loads} == {("postfix", "reload")}


def _differences(change: dict[str, Any]) -> set[str]:
    """The parameters of main.cf that change; of another file its path, unless only comments do."""
    path = change["id"]
    before, after = content(path, change["before"]), content(path, change["after"])
    if _is_main_cf(change):
        before, after = before["parameters"], after["parameters"]
        return {name for name in before | after if before.get(name) != after.get(name)}
    return set() if before == after else {path}


def _is_main_cf(change: dict[str, Any]) -> bool:
    return bool(change["id"] == f"{POSTFIX}main.cf")


def test_nothing_is_written_at_aws(upgrade: Upgrade) -> None:
    assert [call.operation for call in upgrade.writes] == []


def test_units_keep_running_and_packages_stay(upgrade: Upgrade) -> None:
    for before, after in upgrade.running.values():
        assert "ActiveState=active" in before
        assert after == before


def test_each_message_arrives_exactly_as_often_as_it_was_accepted(upgrade: Upgrade) -> None:
    assert [refused for each in upgrade.submitted for refused in each.refused] == []
    assert all(len(each.accepted) > 10 for each in upgrade.submitted)
    assert upgrade.arrived == Counter(
        found for each in upgrade.submitted for found in each.accepted
    )


@pytest.mark.parametrize("how", [(), ("--data", "read=deep")])
def test_then_there_is_nothing_to_do(operator: Operator, upgrade: Upgrade, how: list[str]) -> None:
    run, plan = operator.plan("--dry", "--diff", *how)
    assert plan == []
    assert "Plan: No changes." in run.output


def test_the_upgraded_fleet_passes_verify(operator: Operator, upgrade: Upgrade) -> None:
    run = verify(operator.fleet, "--inventory", str(operator.inventory))
    assert run.status == 0, run.output


def test_the_earlier_version_can_be_deployed_again(operator: Operator, upgrade: Upgrade) -> None:
    """The last one: nobody upgrades the fleet afterwards."""
    operator.fleet.control.forget_calls()
    operator.deploy_earlier("-y")
    assert operator.fleet.control.calls(writes=True) == []
    assert "Plan: No changes." in operator.deploy_earlier("--dry").output
