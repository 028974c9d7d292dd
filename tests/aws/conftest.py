"""A fresh domain and fleet for every test, in one emulated account for all of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Run, pyinfra
from tests.support.cloud import REGION, Cloud

_numbers = count(1)


@dataclass
class Fleet:
    """A policy of one domain, and the account it is deployed to. It has no relay hosts."""

    cloud: Cloud
    directory: Path
    domain: str
    name: str
    dns_port: int

    def write(
        self,
        *,
        gate: int = 20,
        published: int = 60,
        domains: str = "",
        providers: str = "",
        more: str = "",
        rates: dict[str, float] | None = None,
        attempts: int = 2,
    ) -> None:
        """Write the policy and the inventory anew; `rates` are so high that nothing waits."""
        (self.directory / "group_data").mkdir(exist_ok=True)
        (self.directory / "group_data/all.py").write_text(
            "from mailfleet.inventory import *\n"
            f"mail = Mail(domains=[{domains or f'Domain({self.domain!r})'}], "
            f"providers=[{providers or f'Ses({REGION!r})'}], fleet={self.name!r}, "
            f"gate=Gate(verified_within={gate}, published_within={published}), {more})\n"
        )
        settings = {
            "aws_config_file": str(self.cloud.config_file),
            "aws_rates": {"ses": 1000, "route53": 1000} if rates is None else rates,
            "aws_max_attempts": attempts,
            "resolver": ("127.0.0.1", self.dns_port),
            "name_server_port": self.dns_port,
            "undo_dir": str(self.directory / "undo"),
        }
        (self.directory / "inventory.py").write_text(f"accounts = [('@aws/lab', {settings!r})]\n")

    def deploy(self, *arguments: str) -> Run:
        return pyinfra(self.directory / "inventory.py", "deploy.py", *arguments)

    def rotate(self, *arguments: str) -> Run:
        return pyinfra(self.directory / "inventory.py", "rotate.py", *arguments)

    def keys(self) -> dict[str, bool]:
        """The user's access keys, and whether each is active."""
        listed = self.cloud.client("iam").list_access_keys(UserName=self.user)
        return {k["AccessKeyId"]: k["Status"] == "Active" for k in listed["AccessKeyMetadata"]}

    def plan(self, *arguments: str) -> list[dict[str, Any]]:
        """The plan of a dry run, as data."""
        path = self.directory / "plan.json"
        run = self.deploy("--dry", "--data", f"plan_out={path}", *arguments)
        assert run.status == 0, run.output
        plan: list[dict[str, Any]] = json.loads(path.read_text())
        return plan

    @property
    def zone_id(self) -> str:
        answer = self.cloud.client("route53").list_hosted_zones_by_name(DNSName=self.domain)
        return str(answer["HostedZones"][0]["Id"])

    def records(self) -> list[dict[str, Any]]:
        """The zone's record sets, as Route 53 lists them."""
        pages = self.cloud.client("route53").get_paginator("list_resource_record_sets")
        return [
            record
            for page in pages.paginate(HostedZoneId=self.zone_id)
            for record in page["ResourceRecordSets"]
        ]

    def stored(self) -> dict[str, str]:
        """The SMTP credential as it is kept."""
        answer = self.cloud.client("secretsmanager").get_secret_value(SecretId=self.secret)
        stored: dict[str, str] = json.loads(answer["SecretString"])
        return stored

    @property
    def user(self) -> str:
        return f"{self.name}-smtp-{REGION}"

    @property
    def secret(self) -> str:
        return f"{self.name}/smtp/{REGION}"


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("cloud"), [])
    yield cloud
    cloud.stop()


def new_fleet(cloud: Cloud, directory: Path) -> Fleet:
    """One whose domain and name nobody else has; its policy and inventory go to the directory."""
    number = next(_numbers)
    fleet = Fleet(cloud, directory, f"t{number}.example", f"fleet{number}", cloud.dns_port)
    cloud.client("route53").create_hosted_zone(Name=fleet.domain, CallerReference=fleet.domain)
    cloud.control.forget_calls()
    fleet.write()
    return fleet


@pytest.fixture
def fleet(cloud: Cloud, tmp_path: Path) -> Iterator[Fleet]:
    yield new_fleet(cloud, tmp_path)
    cloud.control.reset_faults()
