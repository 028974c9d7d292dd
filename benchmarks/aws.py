"""What deploys cost at AWS for 1, 100 and 1,000 identities in one hosted zone.

Counted in the log of the lab's AWS, which runs on loopback: no relay hosts are needed. It and our
own limiter let a thousand calls a second through, so that times are those of the work itself.
"""

import json
import math
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lab.errors import LabError
from lab.observed import ApiCall
from tests.support.cli import pyinfra
from tests.support.cloud import REGION, Cloud

SIZES = (1, 100, 1000)
ZONE = "bench.example"
RATE = 1000  # calls a second, of every service

# Calls of a plan that changes nothing. Derived from what their code asks, never measured by us.
TERRAFORM = {1: "15-20", 100: "1,500-2,000", 1000: "15-20 k"}
ANSIBLE = {1: "9", 100: "3,900", 1000: "363 k"}  # with the zone's id given

# What these are asked does not grow with the number of identities.
_ACCOUNT = ("sts", "iam", "secretsmanager")
_REGION = ("GetAccount", "GetConfigurationSet")  # of SES


@dataclass(frozen=True)
class Deploy:
    """One run of deploy.py: its calls by service and operation, and how long it took."""

    calls: Counter[tuple[str, str]]
    seconds: float

    def of(self, *services: str) -> int:
        return sum(number for (service, _), number in self.calls.items() if service in services)

    @property
    def batches(self) -> int:
        return self.calls["route53", "ChangeResourceRecordSets"]

    @property
    def account_reads(self) -> int:
        return self.of(*_ACCOUNT) + sum(self.calls["sesv2", name] for name in _REGION)

    @property
    def other_reads(self) -> int:
        return self.calls.total() - self.account_reads


@dataclass(frozen=True)
class Zone:
    record_sets: int
    characters: int  # in values


@dataclass(frozen=True)
class Measured:
    identities: int
    first: Deploy
    none: Deploy
    zone: Zone

    @property
    def most_reads(self) -> int:
        pages = math.ceil(self.zone.record_sets / 300)
        return 3 * math.ceil(self.identities / 100) + pages + 3

    @property
    def most_batches(self) -> int:
        return math.ceil(self.zone.characters / 32_000) + 2


def main() -> None:
    measured = [_measure(number) for number in SIZES]
    console = Console(width=100)
    console.print(_no_changes(measured))
    console.print("Terraform and Ansible: derived from what their code asks AWS, not measured.\n")
    console.print(_first(measured))


def _measure(identities: int) -> Measured:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        cloud = Cloud(directory, [ZONE])
        try:
            cloud.control.set_faults(rates={"ses": RATE, "route53": RATE})
            _write_policy(directory, cloud, identities)
            first = _deploy(directory, cloud, "-y")
            none = _deploy(directory, cloud, "--dry", "--data", f"plan_out={directory}/plan")
            plan = json.loads((directory / "plan").read_text())
            if plan:
                raise LabError(
                    f"the second plan of {identities} identities has {len(plan)} changes"
                )
            return Measured(identities, first, none, _zone(cloud))
        finally:
            cloud.stop()


def _write_policy(directory: Path, cloud: Cloud, identities: int) -> None:
    """Each identity with DKIM, a MAIL FROM domain, DMARC and a configuration set."""
    (directory / "group_data").mkdir()
    (directory / "group_data/all.py").write_text(
        "from mailfleet.inventory import *\n"
        f"domains = [Domain(f'd{{n}}.{ZONE}', zone={ZONE!r}) for n in range({identities})]\n"
        f"mail = Mail(domains=domains, providers=[Ses({REGION!r}, configuration_set='bench')])\n"
    )
    services = ("ses", "route53", "resourcegroupstaggingapi", *_ACCOUNT)
    settings = {
        "aws_config_file": str(cloud.config_file),
        "aws_rates": dict.fromkeys(services, RATE),
        "resolver": ("127.0.0.1", cloud.dns_port),
    }
    (directory / "inventory.py").write_text(f"accounts = [('@aws/lab', {settings!r})]\n")


def _deploy(directory: Path, cloud: Cloud, *arguments: str) -> Deploy:
    cloud.control.forget_calls()
    start = time.monotonic()
    run = pyinfra(directory / "inventory.py", "deploy.py", *arguments, timeout=1800)
    seconds = time.monotonic() - start
    if run.status != 0:
        raise LabError(f"deploy.py ended with {run.status}:\n{run.output}")
    return Deploy(Counter(map(_name, cloud.control.calls())), seconds)


def _name(call: ApiCall) -> tuple[str, str]:
    return call.service, call.operation


def _zone(cloud: Cloud) -> Zone:
    client = cloud.client("route53")
    (zone,) = client.list_hosted_zones()["HostedZones"]
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["Id"])
    records = [record for page in pages for record in page["ResourceRecordSets"]]
    values = [value["Value"] for record in records for value in record["ResourceRecords"]]
    return Zone(len(records), sum(map(len, values)))


def _no_changes(measured: list[Measured]) -> Table:
    table = Table(title="AWS calls of a plan that changes nothing")
    for heading in (
        *("identities", "identity, record reads", "at most", "account reads", "at most"),
        *("seconds", "Terraform", "Ansible"),
    ):
        table.add_column(heading, justify="right")
    for one in measured:
        table.add_row(
            f"{one.identities:,}",
            str(one.none.other_reads),
            str(one.most_reads),
            str(one.none.account_reads),
            "12",
            f"{one.none.seconds:.1f}",
            TERRAFORM[one.identities],
            ANSIBLE[one.identities],
        )
    return table


def _first(measured: list[Measured]) -> Table:
    table = Table(title="The first deploy: identities, records, MAIL FROM, verification")
    for heading in (
        *("identities", "SES calls an identity", "at most", "record batches", "at most"),
        *("record sets", "all calls", "seconds"),
    ):
        table.add_column(heading, justify="right")
    for one in measured:
        table.add_row(
            f"{one.identities:,}",
            f"{one.first.of('ses', 'sesv2') / one.identities:.2f}",
            "10",
            str(one.first.batches),
            str(one.most_batches),
            f"{one.zone.record_sets:,}",
            f"{one.first.calls.total():,}",
            f"{one.first.seconds:.1f}",
        )
    return table
