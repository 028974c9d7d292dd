"""From nothing to a fleet: what the dry run shows is what the run does, and then it is quiet."""

import json

from tests.lab.conftest import FirstDeploy
from tests.support.fleet import Fleet


def test_the_dry_run_shows_everything_to_come(first: FirstDeploy) -> None:
    assert first.dry.status == 0
    for expected in (
        "+ SES identity us-east-1/shop.example: create",
        "(known after apply)._domainkey.shop.example",
        "+ package postfix: create",
        "+ relay_status_filter = regexp:$config_directory/refusals",
        "+ file /etc/postfix/sasl_passwd: create",
        "+ file /usr/local/bin/check_mail_logs: create",
        "OnCalendar=hourly",
    ):
        assert expected in first.dry.output
    assert first.writes_while_dry == []


def test_the_run_has_the_dry_runs_plan(first: FirstDeploy) -> None:
    assert first.run.status == 0, first.run.output
    assert first.run_plan == first.dry_plan
    assert {change["host"] for change in first.dry_plan} == {
        "@aws/lab", "relay1", "relay2", "relay3",
    }  # fmt: skip


def test_a_late_verification_and_a_young_key_are_waited_for(first: FirstDeploy) -> None:
    assert "waiting for SES" in first.run.output
    assert "shop.example is verified" in first.run.output


def test_the_second_run_changes_nothing(deployed: Fleet) -> None:
    before = [deployed.fingerprint(relay) for relay in deployed.relays]
    run = deployed.deploy("-y")
    assert run.status == 0, run.output
    assert "Plan: No changes." in run.output
    assert deployed.control.calls(writes=True) == []
    assert [deployed.fingerprint(relay) for relay in deployed.relays] == before
    assert deployed.plan() == []


def test_the_second_dry_run_lists_no_change_in_json(deployed: Fleet) -> None:
    output = deployed.deploy("--dry", "--json").output
    plan = json.loads(output[output.index('{"plan"') :].splitlines()[0])["plan"]
    assert plan
    for operation in plan:
        assert operation["hosts_with_change"] == []
        assert operation["hosts_with_conditional_change"] == []


def test_main_cf_is_the_same_on_every_host(deployed: Fleet) -> None:
    texts = {deployed.ssh(relay, "sha256sum < /etc/postfix/main.cf") for relay in deployed.relays}
    assert len(texts) == 1
