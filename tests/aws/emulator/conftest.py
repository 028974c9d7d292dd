"""The emulated AWS over real HTTP, asked by real boto3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from lab.aws.account import Account
from lab.aws.app import AwsApp
from lab.control import PREFIX, Control, ControlApp
from lab.faults import Faults
from lab.observed import ApiCall, Log, Mail
from lab.web import WebServer

_session: Any = boto3.Session(aws_access_key_id="lab", aws_secret_access_key="lab")


class Aws:
    """A fresh account; `client` as in boto3, without retries."""

    def __init__(self) -> None:
        for backends in (iam_backends, secretsmanager_backends):
            backends.reset()
        self.faults = Faults(["ses"])
        self.account = Account(self.faults)
        self.mail: Log[Mail] = Log(10)
        calls: Log[ApiCall] = Log(100)
        app = ControlApp(AwsApp(self.account, calls), self.account, calls, self.mail, Log(10))
        self._server = WebServer("127.0.0.1", 0, app)
        self._server.start()
        self._clients: list[Any] = []
        self.url = self._server.url
        self.control = Control(self.url + PREFIX)

    def client(self, service: str, region: str = "us-east-1") -> Any:
        client = _session.client(
            service,
            region_name=region,
            endpoint_url=self._server.url,
            config=Config(retries={"total_max_attempts": 1}),
        )
        self._clients.append(client)
        return client

    def zone(self, name: str = "example.com") -> Zone:
        return Zone(self, name)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._server.stop()


class Zone:
    """A hosted zone and short words for changing it."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.client = aws.client("route53")
        made = self.client.create_hosted_zone(Name=name, CallerReference=name)
        self.id = made["HostedZone"]["Id"]

    def change(self, *changes: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.change_resource_record_sets(
            HostedZoneId=self.id, ChangeBatch={"Changes": list(changes)}
        )
        return answer

    @staticmethod
    def entry(action: str, name: str, type_: str, *values: str, ttl: int = 300) -> dict[str, Any]:
        """One change of a batch."""
        record = {"Name": name, "Type": type_, "TTL": ttl}
        records = [{"Value": value} for value in values]
        return {"Action": action, "ResourceRecordSet": record | {"ResourceRecords": records}}

    def prove(self, domain: str, dkim: dict[str, Any]) -> None:
        """Create the three CNAME records that SES asks for in DkimAttributes."""
        target = dkim["SigningHostedZone"]
        self.change(
            *(
                self.entry("CREATE", f"{token}._domainkey.{domain}", "CNAME", f"{token}.{target}")
                for token in dkim["Tokens"]
            )
        )

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        listed = self.client.list_resource_record_sets(HostedZoneId=self.id)
        return {(found["Name"], found["Type"]): found for found in listed["ResourceRecordSets"]}


@pytest.fixture
def aws() -> Iterator[Aws]:
    aws = Aws()
    yield aws
    aws.close()


@pytest.fixture
def zone(aws: Aws) -> Zone:
    """example.com."""
    return aws.zone("example.com")
