"""mailq.py: what waits on a fleet, tried anew, let go and deleted by a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import DOWN
from tests.support.cli import Run, pyinfra
from tests.support.fleet import INVENTORY, Fleet, wait_until
from tests.support.policies import DOMAIN

RELAY = "relay1"
SENDER, OTHER = f"app@{DOMAIN}", f"news@{DOMAIN}"


def mailq(fleet: Fleet, *arguments: str) -> Run:
    every = ["mailq.py", "--group-data", str(fleet.policy), *arguments]
    return pyinfra(INVENTORY, *every, env=fleet.env)


@pytest.fixture
def waits(deployed: Fleet) -> Iterator[Fleet]:
    """Ten of one sender and five of another wait for SES, and two of those are on hold."""
    deployed.ssh(RELAY, "postsuper -d ALL")
    deployed.control.set_faults(smtp={"ses": DOWN})
    deployed.burst(RELAY, "waits", sender=SENDER, number=10)
    deployed.burst(RELAY, "waits", sender=OTHER, number=5)
    assert wait_until(lambda: len(deployed.deferred(RELAY)) == 15, 60)
    of_other = [mail["queue_id"] for mail in deployed.queued(RELAY) if mail["sender"] == OTHER]
    deployed.ssh(RELAY, "postsuper -h -", "\n".join(of_other[:2]))
    yield deployed
    deployed.ssh(RELAY, "postsuper -d ALL")


def test_it_is_shown_by_provider_and_reason_without_aws(waits: Fleet, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    text = Path(waits.lab.aws.config_file).read_text()
    nowhere.write_text(text.replace(waits.lab.aws.endpoint, "http://127.0.0.1:9"))
    run = mailq(waits, "--data", f"aws_config_file={nowhere}")
    assert run.status == 0, run.output
    assert "ses: 13, oldest " in run.output
    assert "13: connect to email-smtp.us-east-1.amazonaws.com:587: Connection refused" in run.output
    assert "put on hold by others: 2, oldest " in run.output
    last = run.output.rstrip().splitlines()
    assert any("Fleet: 15 queued on 3 hosts, 0 of them held by mailfleet" in line for line in last)


def test_what_is_deleted_is_named_and_nothing_else_goes(waits: Fleet) -> None:
    selection = f"delete={SENDER},to:you3@elsewhere.example"
    dry = mailq(waits, "--dry", "--data", selection)
    assert f"1 queued messages (1 from {SENDER})" in dry.output
    assert len(waits.queued(RELAY)) == 15
    run = mailq(waits, "-y", "--data", selection)
    assert run.status == 0, run.output
    left = waits.queued(RELAY)
    assert len(left) == 14
    assert not [
        mail
        for mail in left
        if mail["sender"] == SENDER and mail["recipients"][0]["address"] == "you3@elsewhere.example"
    ]
    mistake = mailq(waits, "-y", "--data", "delete=everything")
    assert mistake.status != 0
    assert "delete: found 'everything', expected all, or terms" in mistake.output
    assert len(waits.queued(RELAY)) == 14


def test_a_person_lets_it_go(waits: Fleet) -> None:
    waits.control.reset_faults()
    waits.control.forget_mail()
    assert mailq(waits, "-y", "--data", f"flush={SENDER}").status == 0
    assert len(waits.received("waits", 10, 30)) == 10
    assert mailq(waits, "-y", "--data", "release=all").status == 0
    assert mailq(waits, "-y", "--data", "flush=all").status == 0
    assert len(waits.received("waits", 15, 30)) == 15
    assert wait_until(lambda: waits.queued(RELAY) == [], 20)
