"""Whatever the policy, and whatever is in the account: what a dry run shows is what the run does.

The plans are compared as data. After the run nothing is left to do, and nothing of anybody else's
differs. What is refused is refused by both, and nothing is changed.
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.aws.conftest import Fleet, new_fleet
from tests.support.cli import Run
from tests.support.cloud import Cloud
from tests.support.drawn import DOMAIN, FLEET, Policy, Start, policies, starts

# A deploy takes seconds, so nothing is drawn again to find a smaller case. The draws are the same
# each time: what failed is seen again.
drawing = settings(
    deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@settings(drawing, max_examples=3)
@given(policy=policies(), start=starts())
def test_the_plan_is_what_is_done(
    cloud: Cloud, tmp_path_factory: pytest.TempPathFactory, policy: Policy, start: Start
) -> None:
    holds(new_fleet(cloud, tmp_path_factory.mktemp("drawn")), policy, start)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(drawing, max_examples=30)
@given(policy=policies(), start=starts())
def test_the_plan_is_what_is_done_in_many_cases(
    cloud: Cloud, tmp_path_factory: pytest.TempPathFactory, policy: Policy, start: Start
) -> None:
    holds(new_fleet(cloud, tmp_path_factory.mktemp("drawn")), policy, start)


def holds(fleet: Fleet, policy: Policy, start: Start) -> None:
    foreign = lay(fleet, start)
    write(fleet, policy)
    fleet.cloud.control.forget_calls()
    shown, planned = plan_of(fleet, "--dry")
    assert fleet.cloud.writes() == []
    run, done = plan_of(fleet, "-y")
    assert "Traceback" not in shown.output + run.output, run.output
    assert done == planned, run.output
    assert run.status == shown.status, run.output
    if run.status == 0:
        assert fleet.plan("--data", "read=deep") == []
    else:
        assert planned is None, run.output
        assert fleet.cloud.writes() == []
    assert_untouched(fleet, foreign)


def plan_of(fleet: Fleet, *arguments: str) -> tuple[Run, list[dict[str, Any]] | None]:
    """A run and its plan; None when it was refused."""
    path = fleet.directory / "plan.json"
    path.unlink(missing_ok=True)
    run = fleet.deploy(*arguments, "--data", f"plan_out={path}")
    return run, json.loads(path.read_text()) if path.exists() else None


def named(fleet: Fleet, text: str) -> str:
    return text.replace(DOMAIN, fleet.domain).replace(FLEET, fleet.name)


def write(fleet: Fleet, policy: Policy) -> None:
    fleet.write(
        domains=named(fleet, policy.domains),
        providers=named(fleet, policy.providers),
        more=named(fleet, policy.more),
    )


def lay(fleet: Fleet, start: Start) -> list[dict[str, Any]]:
    """Make the account so; the record sets of somebody else's."""
    foreign = [
        {
            "Name": f"{name}.{fleet.domain}.".lstrip("."),
            "Type": type_,
            "TTL": 60,
            "ResourceRecords": [{"Value": named(fleet, value)} for value in values],
        }
        for name, type_, values in start.foreign
    ]
    change(fleet, [("CREATE", record) for record in foreign])
    if start.identity:
        fleet.cloud.client("sesv2").create_email_identity(EmailIdentity=fleet.domain)
    if start.earlier:
        write(fleet, start.earlier)
        if fleet.deploy("-y").status == 0:
            meddle(fleet, start, foreign)
    return foreign


def meddle(fleet: Fleet, start: Start, foreign: list[dict[str, Any]]) -> None:
    """What somebody does by hand to what an earlier deploy has made."""
    theirs = {(record["Name"], record["Type"]) for record in foreign}
    ours = [
        record
        for record in fleet.records()
        if record["Type"] not in ("NS", "SOA") and (record["Name"], record["Type"]) not in theirs
    ]
    record = ours[start.which % len(ours)] if ours else None
    sesv2, iam = fleet.cloud.client("sesv2"), fleet.cloud.client("iam")
    match start.hand:
        case "record deleted" if record:
            change(fleet, [("DELETE", record)])
        case "record edited" if record:
            change(fleet, [("DELETE", record), ("CREATE", record | {"TTL": 61})])
        case "key deleted":
            iam.delete_access_key(UserName=fleet.user, AccessKeyId=fleet.stored()["username"])
        case "secret spoilt":
            fleet.cloud.client("secretsmanager").put_secret_value(
                SecretId=fleet.secret, SecretString="nothing"
            )
        case "MAIL FROM unset":
            sesv2.put_email_identity_mail_from_attributes(EmailIdentity=fleet.domain)
        case "tag removed":
            arn = f"arn:aws:ses:us-east-1:123456789012:identity/{fleet.domain}"
            sesv2.untag_resource(ResourceArn=arn, TagKeys=["mailfleet"])


def change(fleet: Fleet, changes: list[tuple[str, dict[str, Any]]]) -> None:
    if changes:
        fleet.cloud.client("route53").change_resource_record_sets(
            HostedZoneId=fleet.zone_id,
            ChangeBatch={
                "Changes": [{"Action": action, "ResourceRecordSet": r} for action, r in changes]
            },
        )


def assert_untouched(fleet: Fleet, foreign: list[dict[str, Any]]) -> None:
    """Each record set is as it was; of the domain's TXT set, which we share, each value is, but
    for terms of ours in its SPF record."""
    there = {(record["Name"], record["Type"]): record for record in fleet.records()}
    for record in foreign:
        found = there[record["Name"], record["Type"]]
        if (record["Name"], record["Type"]) == (f"{fleet.domain}.", "TXT"):
            now = [set(value["Value"].strip('"').split()) for value in found["ResourceRecords"]]
            for value in record["ResourceRecords"]:
                assert any(set(value["Value"].strip('"').split()) <= terms for terms in now), found
        else:
            assert found == record
