"""A relay is old or new, never between, whatever happens to the deploy."""

from pathlib import Path

from tests.support.cli import pyinfra
from tests.support.fleet import INVENTORY, Fleet
from tests.support.policies import DOMAIN, write_policy
from tests.support.under_way import CONFIRM, UnderWay

KILLER = """#!/bin/sh
# the deploy's own process on this host dies just when it would reload
case "$*" in
    *reload*) kill -9 "$PPID" ;;
    *) exec /usr/sbin/postfix.real "$@" ;;
esac
"""


def test_killed_between_swap_and_reload_the_next_deploy_reloads(
    deployed: Fleet, tmp_path: Path
) -> None:
    policy = write_policy(tmp_path, ses=", connections=6")
    deployed.ssh("relay1", "mv /usr/sbin/postfix /usr/sbin/postfix.real")
    try:
        deployed.ssh("relay1", "cat > /usr/sbin/postfix; chmod 755 /usr/sbin/postfix", KILLER)
        killed = deployed.deploy("-y", "--limit", "relay1", policy=policy)
    finally:
        deployed.ssh("relay1", "mv /usr/sbin/postfix.real /usr/sbin/postfix")
    assert killed.status != 0
    assert "= 6" in deployed.ssh("relay1", "postconf ses_destination_concurrency_limit")
    plan = deployed.plan("--limit", "relay1", policy=policy)
    # main.cf is still the one that puts off what it would return
    assert [change["id"] for change in plan] == ["/etc/postfix/main.cf", "postfix"]
    assert plan[-1]["after"] == "reload"
    assert deployed.deploy("-y", "--limit", "relay1", policy=policy).status == 0
    assert deployed.plan("--limit", "relay1", policy=policy) == []
    assert deployed.deploy("-y").status == 0


def test_a_configuration_that_postfix_refuses_never_goes_live(
    deployed: Fleet, tmp_path: Path
) -> None:
    before = [deployed.fingerprint(relay) for relay in deployed.relays]
    run = deployed.deploy_with_template(
        tmp_path, lambda text: text.replace("soft_bounce = no", "soft_bounce = maybe")
    )
    assert run.status != 0
    assert "bad boolean configuration: soft_bounce = maybe" in run.output
    assert "Traceback" not in run.output
    assert [deployed.fingerprint(relay) for relay in deployed.relays] == before
    deployed.sendmail("relay1", "after a refused configuration", sender=f"app@{DOMAIN}")
    assert deployed.received("after a refused configuration")


def test_a_host_changed_since_planned_is_refused(deployed: Fleet, tmp_path: Path) -> None:
    """The plan is made, somebody edits main.cf, the plan is confirmed."""
    run = UnderWay(deployed, policy=write_policy(tmp_path, ses=", connections=5"))
    run.wait_for(CONFIRM)
    deployed.ssh("relay2", "echo >> /etc/postfix/main.cf")
    run.confirm()
    ended = run.end()
    assert ended.status != 0
    assert "changed since planned, manually: plan again" in ended.output
    assert "= 10" in deployed.ssh("relay2", "postconf ses_destination_concurrency_limit")
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []


def test_a_dead_relay_is_named_and_the_others_are_deployed(deployed: Fleet, tmp_path: Path) -> None:
    policy = write_policy(tmp_path, ses=", connections=4")
    with deployed.dead("relay3"):
        run = deployed.deploy("-y", policy=policy)
    assert run.status != 0
    assert "[relay3]" in run.output
    assert "Could not connect" in run.output
    for relay in ("relay1", "relay2"):
        assert "= 4" in deployed.ssh(relay, "postconf ses_destination_concurrency_limit")
    assert "= 10" in deployed.ssh("relay3", "postconf ses_destination_concurrency_limit")
    assert deployed.deploy("-y").status == 0


def test_somebody_elses_postfix_is_left_alone(deployed: Fleet) -> None:
    applied = "/var/lib/mailfleet/applied.json"
    deployed.ssh("relay2", f"mv {applied} {applied}.aside")
    try:
        run = deployed.deploy("--dry")
        assert run.status != 0
        assert "found a Postfix configuration that mailfleet did not write" in run.output
    finally:
        deployed.ssh("relay2", f"mv {applied}.aside {applied}")


def test_the_inventory_says_when_there_is_no_lab(tmp_path: Path) -> None:
    run = pyinfra(INVENTORY, "deploy.py", "--dry", env={"MAILFLEET_LAB": str(tmp_path)})
    assert run.status != 0
    assert "the lab is not up: run `make lab`" in run.output
    assert "Traceback" not in run.output
