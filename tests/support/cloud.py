"""The lab's AWS, DNS and SMTP end points alone, on loopback: no host, no namespace, no root."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lab.control import Control
from tests.support import boto
from tests.support.cli import ROOT

REGION = "us-east-1"


class Cloud:
    """A running `lab.services` and the AWS configuration that leads to it."""

    def __init__(self, directory: Path, zones: list[str]) -> None:
        self.directory = directory
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.dns_port = _free_port()
        services = {
            "address": "127.0.0.1",
            "aws_port": int(self.url.rpartition(":")[2]),
            "dns_port": self.dns_port,
            "ses": [
                {
                    "region": REGION,
                    "host": f"email-smtp.{REGION}.amazonaws.com",
                    "address": "127.0.0.1",
                    "port": _free_port(),
                }
            ],
            "providers": [],
            "zones": zones,
            "hosts": {},
        }
        (directory / "services.json").write_text(json.dumps(services))
        self.config_file = directory / "config"
        self.config_file.write_text(
            f"[profile lab]\nregion = {REGION}\nendpoint_url = {self.url}\n"
            "aws_access_key_id = AKIALAB\naws_secret_access_key = lab\n"
        )
        self.control = Control(f"{self.url}/_lab")
        with (directory / "services.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lab.services", str(directory)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while not self.control.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.directory / "services.log").read_text())
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client of this cloud, to look at it and to change it behind our back."""
        return boto.client(service, self.url, region)

    def writes(self) -> list[str]:
        """The names of all calls that changed something, oldest first."""
        return [call.operation for call in self.control.calls(writes=True)]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
