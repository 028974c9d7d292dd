"""Several AWS accounts in one inventory: each is a host, with zones and a policy of its own."""

import json
from pathlib import Path
from typing import Any

import boto3

from tests.aws.conftest import Fleet

OTHER = "210987654321"


def other_account(fleet: Fleet) -> Any:
    """Route 53, as the other account sees it."""
    session = boto3.Session(aws_access_key_id=f"AKIALAB{OTHER}", aws_secret_access_key="lab")
    return session.client("route53", region_name="us-east-1", endpoint_url=fleet.cloud.url)


def add_account(fleet: Fleet, **data: Any) -> None:
    """Let the inventory have the account @aws/dns beside @aws/lab."""
    config = fleet.directory / "config"
    config.write_text(
        f"{fleet.cloud.config_file.read_text()}[profile dns]\nregion = us-east-1\n"
        f"endpoint_url = {fleet.cloud.url}\n"
        f"aws_access_key_id = AKIALAB{OTHER}\naws_secret_access_key = lab\n"
    )
    inventory = fleet.directory / "inventory.py"
    lines = inventory.read_text().replace(str(fleet.cloud.config_file), str(config))
    settings = lines[lines.index("{") : lines.rindex("}") + 1]
    inventory.write_text(f"{lines}accounts.append(('@aws/dns', dict({settings}, **{data!r})))\n")


def zone(fleet: Fleet, name: str) -> tuple[str, dict[tuple[str, str], Any]]:
    """The id of the other account's zone, and its record sets."""
    route53 = other_account(fleet)
    (found,) = (z for z in route53.list_hosted_zones()["HostedZones"] if z["Name"] == f"{name}.")
    sets = route53.list_resource_record_sets(HostedZoneId=found["Id"])["ResourceRecordSets"]
    return found["Id"], {(record["Name"], record["Type"]): record for record in sets}


def test_a_zone_of_another_account_is_written_there(fleet: Fleet) -> None:
    name = f"dns-{fleet.domain}"
    other_account(fleet).create_hosted_zone(Name=name, CallerReference=name)
    domains = f"Domain({fleet.domain!r}), Domain({name!r}, zone_account='@aws/dns')"
    fleet.write(domains=domains, more="account='@aws/lab'")
    add_account(fleet)
    planned = fleet.plan()
    assert {change["host"] for change in planned} == {"@aws/lab"}
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    _, records = zone(fleet, name)
    assert (f"_mailfleet.{name}.", "TXT") in records
    assert len([kind for _, kind in records if kind == "CNAME"]) == 3
    assert fleet.plan() == []
    undo = [json.loads(path.read_text()) for path in Path(fleet.directory / "undo").iterdir()]
    assert len(undo) == 2


def test_without_saying_so_it_is_not_found(fleet: Fleet) -> None:
    name = f"dns-{fleet.domain}"
    other_account(fleet).create_hosted_zone(Name=name, CallerReference=name)
    fleet.write(domains=f"Domain({name!r})")
    run = fleet.deploy("-y")
    assert run.status == 1
    assert f"found no public hosted zone {name} in this account" in run.output
    assert "Domain(..., zone_account=...)" in run.output
    fleet.write(domains=f"Domain({name!r}, zone_account='@aws/none')")
    run = fleet.deploy("-y")
    assert run.status == 1
    assert "found zone_account '@aws/none', expected an account of the inventory: @aws/lab" in (
        run.output
    )
    assert fleet.cloud.writes() == ["CreateHostedZone"]


def test_of_two_accounts_with_one_policy_one_must_be_named(fleet: Fleet) -> None:
    add_account(fleet)
    run = fleet.deploy("-y")
    assert run.status == 1
    assert "found @aws/lab, @aws/dns, expected one AWS account" in run.output
    assert "Mail(account=...)" in run.output
    assert fleet.cloud.writes() == []


def test_each_account_may_have_a_policy_of_its_own(fleet: Fleet) -> None:
    """By way of group_data for the one, and host data for the other."""
    name = f"own-{fleet.domain}"
    other_account(fleet).create_hosted_zone(Name=name, CallerReference=name)
    add_account(fleet)
    inventory = fleet.directory / "inventory.py"
    inventory.write_text(
        f"from mailfleet.inventory import Domain, Mail, Smtp, secret\n{inventory.read_text()}"
        f"accounts[1][1]['mail'] = Mail(domains=[Domain({name!r})], providers=[Smtp("
        "'smtp.example.net', name='other', username='u', password=secret('env:OTHER'))])\n"
    )
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    _, records = zone(fleet, name)
    assert (f"_dmarc.{name}.", "TXT") in records
    assert fleet.plan() == []
