"""What tests of DNS do to a domain's hosted zone, and what they see there."""

from typing import Any

from tests.aws.conftest import Fleet


def texts(fleet: Fleet, name: str = "") -> list[str]:
    """The TXT values at a name below the domain."""
    full = f"{name}.{fleet.domain}." if name else f"{fleet.domain}."
    found = [r for r in fleet.records() if (r["Name"], r["Type"]) == (full, "TXT")]
    return [value["Value"] for record in found for value in record["ResourceRecords"]]


def put(fleet: Fleet, name: str, type_: str, *values: str, ttl: int = 60) -> dict[str, Any]:
    """Put a record into the domain's zone behind mailfleet's back."""
    record = {
        "Name": f"{name}.{fleet.domain}." if name else f"{fleet.domain}.",
        "Type": type_,
        "TTL": ttl,
        "ResourceRecords": [{"Value": value} for value in values],
    }
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id,
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )
    return record


def settles(fleet: Fleet, *arguments: str) -> str:
    """A run, after which nothing is left to do; what it showed."""
    run = fleet.deploy("-y", "--diff", *arguments)
    assert run.status == 0, run.output
    assert fleet.plan() == []
    return run.output


def refused(fleet: Fleet, *sentences: str) -> str:
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y")
    assert run.status != 0
    for sentence in sentences:
        assert sentence in run.output, run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []
    return run.output
