"""What does not work is not kept: by itself after a deploy, or by hand with rollback.py."""

from pathlib import Path

from tests.support.fleet import Fleet
from tests.support.fleet_commands import rollback
from tests.support.policies import DOMAIN, write_policy

LIMIT = "postconf -h ses_destination_concurrency_limit"


def test_the_first_host_fails_its_canary_and_no_other_is_touched(
    deployed: Fleet, tmp_path: Path
) -> None:
    """A configuration without a fault that could be found before a message is sent."""
    before = [deployed.fingerprint(relay) for relay in deployed.relays]
    run = deployed.deploy_with_template(
        tmp_path,
        lambda text: text.replace("message_size_limit = 41943040", "message_size_limit = 10"),
    )
    assert run.status != 0
    assert "Postfix does not accept a message" in run.output
    assert "this host was rolled back to what worked before" in run.output
    assert run.output.count("relay1, which was deployed first, failed") == 2
    assert [deployed.fingerprint(relay) for relay in deployed.relays] == before
    deployed.sendmail("relay1", "after a failed canary", sender=f"app@{DOMAIN}")
    assert deployed.received("after a failed canary")
    assert deployed.plan() == []


def test_back_and_forth_by_hand(deployed: Fleet, tmp_path: Path) -> None:
    assert deployed.deploy("-y", policy=write_policy(tmp_path, ses=", connections=3")).status == 0
    dry = rollback(deployed, "--dry", "--diff")
    assert "+ ses_destination_concurrency_limit = 10" in dry.output
    assert deployed.ssh("relay1", LIMIT) == "3\n"
    calls = len(deployed.control.calls())
    assert rollback(deployed, "-y").status == 0
    assert len(deployed.control.calls()) == calls
    for relay in deployed.relays:
        assert deployed.ssh(relay, LIMIT) == "10\n"
    assert deployed.plan() == []
    assert rollback(deployed, "-y").status == 0
    assert deployed.ssh("relay2", LIMIT) == "3\n"
    assert rollback(deployed, "-y").status == 0
    deployed.sendmail("relay2", "after going back", sender=f"app@{DOMAIN}")
    assert deployed.received("after going back")
    assert deployed.plan() == []
