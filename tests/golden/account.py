"""The account's half: a policy deployed to the emulated AWS, and what came of it as plain data."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3

from tests.golden.adapter import Fleet, announced
from tests.golden.constant import Constant
from tests.golden.golden import Golden, Text
from tests.golden.starts import OTHER
from tests.support.cli import Run, pyinfra
from tests.support.cloud import REGION, Cloud
from tests.support.whole_account import SECOND

_USUAL_ACCOUNT = {
    "production": True, "sending": True, "enforcement": "HEALTHY", "max_24_hour_send": 50_000,
    "max_send_rate": 14, "sent_last_24_hours": 0, "dedicated_ips": {}, "vdm": {}, "details": {},
    "suppressed": ["BOUNCE", "COMPLAINT"], "review": {},
}  # fmt: skip


class GoldenFleet(Fleet):
    """The fleet of a golden policy: its names are always the same."""

    def write_text(self, golden: Golden, text: Text) -> None:
        zone = self.first_zone
        domains, providers, more = (
            golden.named(part).replace("ZCHOSEN", zone)
            for part in (text.domains, text.providers, text.more)
        )
        self.write(domains=domains, providers=providers, more=more)

    def make_zone(self) -> None:
        made = self.cloud.client("route53").create_hosted_zone(
            Name=self.domain, CallerReference=self.domain
        )
        self.first_zone = made["HostedZone"]["Id"].rpartition("/")[2]

    def add_account(self, profile: str, key: str) -> None:
        """Let the inventory have another account."""
        config = self.directory / "config"
        config.write_text(
            f"{self.cloud.config_file.read_text()}[profile {profile}]\nregion = {REGION}\n"
            f"endpoint_url = {self.cloud.url}\n"
            f"aws_access_key_id = {key}\naws_secret_access_key = lab\n"
        )
        inventory = self.directory / "inventory.py"
        text = inventory.read_text().replace(str(self.cloud.config_file), str(config))
        inventory.write_text(f"{text}accounts.append(('@aws/{profile}', accounts[0][1]))\n")


def deployed(cloud: Cloud, directory: Path, golden: Golden) -> dict[str, Any]:
    """The plan, the writes and the announced calls of the golden policy's deploy."""
    fleet = GoldenFleet(cloud, directory, golden.domain, golden.name, cloud.dns_port)
    _prepare(fleet, golden)
    cloud.control.forget_calls()
    dry = _run(fleet, golden, "--dry") if golden.dry else None
    assert cloud.writes() == [], "a dry run has written"
    run, planned = _run(fleet, golden, "-y")
    assert "Traceback" not in run.output, run.output
    assert (planned is None) == (run.status != 0), run.output
    calls = announced(run.output)
    if dry:
        shown, plan = dry
        assert (shown.status, plan, announced(shown.output)) == (run.status, planned, calls)
    constant = Constant(_zones(cloud))
    return {
        "refused": run.status != 0,
        "plan": sorted(constant.text(_line(change)) for change in planned or ()),
        "writes": _writes(cloud, constant),
        "announced": calls,
    }


def _prepare(fleet: GoldenFleet, golden: Golden) -> None:
    for region in (REGION, SECOND):
        fleet.cloud.control.set_ses_account(region, **_USUAL_ACCOUNT)
    fleet.make_zone()
    for start in golden.before:
        start(fleet)
    if golden.earlier:
        fleet.write_text(golden, golden.earlier)
        run = fleet.deploy("-y")
        assert run.status == 0, run.output
    fleet.write_text(golden, golden.policy)
    for start in golden.by_hand:
        start(fleet)


def _run(fleet: GoldenFleet, golden: Golden, how: str) -> tuple[Run, list[dict[str, Any]] | None]:
    """The run and its plan; None when it was refused."""
    path = fleet.directory / "plan.json"
    path.unlink(missing_ok=True)
    arguments = [golden.program, how, *golden.arguments, "--data", f"plan_out={path}"]
    run = pyinfra(fleet.directory / "inventory.py", *arguments)
    return run, json.loads(path.read_text()) if path.exists() else None


def _line(change: dict[str, Any]) -> str:
    return " | ".join(change[part] for part in ("host", "kind", "id", "action"))


def _writes(cloud: Cloud, constant: Constant) -> dict[str, list[dict[str, Any]]]:
    """By service, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for call in cloud.control.writes():
        found.setdefault(call.service, []).append(
            {
                "operation": call.operation,
                "region": call.region,
                "parameters": constant.parameters(call.parameters or {}),
                **({"error": call.error} if call.error else {}),
            }
        )
    return dict(sorted(found.items()))


def _zones(cloud: Cloud) -> dict[str, str]:
    """Of each hosted zone its id, and a name for it that is always the same."""
    other = boto3.Session(aws_access_key_id=f"AKIALAB{OTHER}", aws_secret_access_key="lab")
    clients: Sequence[Any] = (
        cloud.client("route53"),
        other.client("route53", region_name=REGION, endpoint_url=cloud.url),
    )
    return {
        zone["Id"].rpartition("/")[2]: f"zone {zone['CallerReference']}"
        for client in clients
        for page in client.get_paginator("list_hosted_zones").paginate()
        for zone in page["HostedZones"]
    }
