"""The process that the lab starts: AWS, DNS and SMTP together, with what its tests need."""

from __future__ import annotations

import json
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dns.resolver
import pytest

from lab.control import Control
from lab.smtp.ses import smtp_password
from mailfleet.aws.dkim import Dkim

HOSTS = {
    "ses": "email-smtp.us-east-1.amazonaws.com",
    "sendgrid": "smtp.sendgrid.net",
    "parameter": "smtp.parameter.example",
}


class Services:
    """`python -m lab.services`, without network namespaces: 127.0.0.1 and free ports."""

    def __init__(self, directory: Path) -> None:
        aws_port, self.dns_port, *ports = _free_ports(2 + len(HOSTS))
        self._ports = dict(zip(HOSTS, ports, strict=True))
        here = {"address": "127.0.0.1"}
        sendgrid = {"name": "sendgrid", "username": "apikey", "secret": "aws:sendgrid-api-key"}
        parameter = {"name": "parameter", "username": "user", "secret": "ssm:/mail/parameter"}
        services = {
            "aws_port": aws_port,
            "dns_port": self.dns_port,
            "ses": [{"region": "us-east-1", **here, **self._place("ses")}],
            "providers": [
                {**provider, **here, **self._place(provider["name"])}
                for provider in (sendgrid, parameter)
            ],
            "zones": ["example.com", "example.org"],
            "hosts": {},
            **here,
        }
        (directory / "services.json").write_text(json.dumps(services))
        self.directory = directory
        self.endpoint = f"http://127.0.0.1:{aws_port}"
        self.control = Control(f"{self.endpoint}/_lab")
        self._session: Any = boto3.Session(aws_access_key_id="lab", aws_secret_access_key="lab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lab.services", str(directory)], cwd=Path(__file__).parents[3]
        )
        deadline = time.monotonic() + 30
        while not self.control.ready():
            assert self._process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def _place(self, name: str) -> dict[str, Any]:
        return {"host": HOSTS[name], "port": self._ports[name]}

    def client(self, service: str) -> Any:
        return self._session.client(service, region_name="us-east-1", endpoint_url=self.endpoint)

    def connect(self, provider: str = "ses") -> smtplib.SMTP:
        """Greeted, not yet encrypted."""
        port = self._ports[provider]

        class Client(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                return socket.create_connection(("127.0.0.1", port), timeout)

        client = Client(HOSTS[provider], port, timeout=10)
        client.ehlo()
        return client

    def secure(self, provider: str = "ses") -> smtplib.SMTP:
        """Encrypted, with the certificate verified, not yet authenticated."""
        client = self.connect(provider)
        authority = self.directory / "ca" / "ca.pem"
        client.starttls(context=ssl.create_default_context(cafile=str(authority)))
        client.ehlo()
        return client

    def login(self, credential: tuple[str, str], provider: str = "ses") -> smtplib.SMTP:
        client = self.secure(provider)
        client.login(*credential)
        return client

    def sender(self, name: str, **statement: Any) -> tuple[str, str]:
        """The SMTP credential of a new IAM user who may send, unless `statement` says otherwise."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        usual = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [usual | statement]})
        iam.put_user_policy(UserName=name, PolicyName="send", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "us-east-1")

    def refuses(self, credential: tuple[str, str], provider: str = "ses") -> bool:
        """Whether AUTH answers 535."""
        with self.secure(provider) as client:
            try:
                client.login(*credential)
            except smtplib.SMTPAuthenticationError as error:
                return error.smtp_code == 535
        return False

    def verify(self, domain: str) -> None:
        """Create the identity and its records, unless a test before has done so."""
        sesv2 = self.client("sesv2")
        try:
            dkim = sesv2.create_email_identity(EmailIdentity=domain)["DkimAttributes"]
        except sesv2.exceptions.AlreadyExistsException:
            return
        self._create(
            domain,
            *(
                (f"{token}._domainkey.{domain}", "CNAME", f"{token}.{dkim['SigningHostedZone']}")
                for token in dkim["Tokens"]
            ),
        )

    def mail_from(self, domain: str) -> None:
        """Give it the MAIL FROM domain ses.<domain>, with its records."""
        own, feedback = f"ses.{domain}", "10 feedback-smtp.us-east-1.amazonses.com"
        spf = '"v=spf1 include:amazonses.com ~all"'
        self._create(domain, (own, "MX", feedback), (own, "TXT", spf))
        self.client("sesv2").put_email_identity_mail_from_attributes(
            EmailIdentity=domain, MailFromDomain=own
        )

    def publish(self, key: Dkim, domain: str = "example.com") -> None:
        """Create a key's TXT record."""
        record = key.record(domain)
        self._create(domain, (record.name, record.type, record.values[0]))

    def _create(self, domain: str, *records: tuple[str, str, str]) -> None:
        route53 = self.client("route53")
        zone = next(
            zone
            for zone in route53.list_hosted_zones()["HostedZones"]
            if zone["Name"] == f"{domain}."
        )
        changes = [
            {
                "Action": "CREATE",
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": type_,
                    "TTL": 300,
                    "ResourceRecords": [{"Value": value}],
                },
            }
            for name, type_, value in records
        ]
        route53.change_resource_record_sets(
            HostedZoneId=zone["Id"], ChangeBatch={"Changes": changes}
        )

    def txt(self, name: bytes, timeout: int = 5) -> bytes:
        """dkimpy's question to the lab's DNS."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.dns_port
        (record,) = resolver.resolve(name.decode(), "TXT")
        return b"".join(record.strings)

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(10) == 0
        assert not (self.directory / "services.pid").exists()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


@pytest.fixture(scope="package")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services(tmp_path_factory.mktemp("lab"))
    yield services
    services.stop()


@pytest.fixture(autouse=True)
def _calm(services: Services) -> Iterator[None]:
    yield
    services.control.reset_faults()
    services.control.forget_mail()
