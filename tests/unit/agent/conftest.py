"""An SMTP server with TLS and AUTH on loopback, which the system trusts; a queue of Postfix's."""

import base64
import email
import email.policy
import json
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from agent.host import common
from tests.support.postfix_queue import TABLES, PostfixQueue

ROOT = Path(__file__).resolve().parents[3]


class Provider:
    """A running end point: what it took, and how it is to behave. `authority` is the PEM of what
    its certificate is from."""

    def __init__(self, directory: Path, authority: str, port: int, wrapper: int) -> None:
        self.directory, self.authority = directory, authority
        self.port, self.wrapper = port, wrapper

    def behave(self, **behaviour: Any) -> None:
        """`answer` to DATA; `ehlo`, the answer to that; `refuse_logins`, the first so many;
        `refuse`, the answers to recipients; `quit`, the answer to QUIT, or "hang up"."""
        (self.directory / "behaviour.json").write_text(json.dumps(behaviour))

    @property
    def mail(self) -> list[EmailMessage]:
        return [
            email.message_from_bytes(base64.b64decode(taken["data"]), policy=email.policy.default)
            for taken in self._taken()
        ]

    @property
    def recipients(self) -> list[list[str]]:
        return [taken["to"] for taken in self._taken()]

    def _taken(self) -> list[dict[str, Any]]:
        mail = self.directory / "mail"
        return [json.loads(line) for line in mail.read_text().splitlines()] if mail.exists() else []


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test allowed itself does not end this one."""
    monkeypatch.setattr(common, "_ends", [float("inf")], raising=False)


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    authority = trustme.CA()
    directory = tmp_path / "provider"
    directory.mkdir()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(directory / "server.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    command = [sys.executable, "-m", "tests.support.smtp_server", str(directory)]
    (directory / "behaviour.json").write_text("{}")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        ports = map(int, server.stdout.readline().split())
        yield Provider(directory, authority.cert_pem.bytes().decode(), *ports)
        server.kill()


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PostfixQueue:
    """Of a Postfix with TABLES."""
    found = PostfixQueue(tmp_path, monkeypatch)
    found.configure(TABLES)
    found.path().parents[2].joinpath("etc/postfix").mkdir(parents=True)
    return found
