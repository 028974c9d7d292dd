import io
import json
import sys
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent import emergency_mail_sender
from agent.emergency_mail_sender import main
from tests.support.smtp_server import PASSWORD, USER


class Sender:
    """emergency_mail_sender with a configuration, for a provider that runs."""

    def __init__(self, path: Path, provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.provider, self.monkeypatch = path, provider, monkeypatch
        self.server: dict[str, Any] = {
            "host": "localhost", "port": provider.port, "tls": "starttls",
            "username": USER, "password": PASSWORD,
        }  # fmt: skip
        self.servers = [self.server]

    def send(self, subject: str, body: bytes = b"body\n") -> str | None:
        settings = {"from": "noreply@example.com", "to": ["a@example.net", "b@example.net"]}
        self.path.write_text(json.dumps({**settings, "servers": self.servers}))
        self.monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(body)))
        return main([subject], str(self.path))

    def received(self) -> EmailMessage:
        mail: EmailMessage
        [mail] = self.provider.mail
        return mail


@pytest.fixture
def sender(provider: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sender:
    monkeypatch.setattr(emergency_mail_sender, "PAUSES", (0.0, 0.0))
    return Sender(tmp_path / "emergency.json", provider, monkeypatch)


def test_an_alert_has_what_a_mail_needs(sender: Sender) -> None:
    assert sender.send("trouble on relay1") is None
    mail = sender.received()
    assert mail["Subject"] == "trouble on relay1"
    assert mail["From"] == "noreply@example.com"
    assert mail["To"] == "a@example.net, b@example.net"
    assert mail["Date"]
    assert mail["Message-ID"].endswith("@example.com>")
    assert sender.provider.recipients == [["a@example.net", "b@example.net"]]


def test_no_subject_becomes_a_header(sender: Sender) -> None:
    assert sender.send("x\r\nBcc: evil@example.net\n\nbody \udcff " + "y" * 5000) is None
    mail = sender.received()
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("x Bcc: evil@example.net body ?")
    assert len(mail["Subject"]) <= emergency_mail_sender.LONGEST_SUBJECT


def test_a_body_of_any_bytes_arrives_bounded(sender: Sender) -> None:
    assert sender.send("x", b"\xff\x00\r\n.\r\nQUIT\r\n" + b"z" * 1_000_000) is None
    text = sender.received().get_content()
    assert "\n.\nQUIT\n" in text.replace("\r\n", "\n")
    assert "(cut: 1000" in text


def test_another_server_is_tried(sender: Sender) -> None:
    sender.servers = [{**sender.server, "port": 1}, sender.server]
    assert sender.send("x") is None
    assert len(sender.provider.mail) == 1


def test_a_failure_names_the_server_and_its_answer_but_no_password(sender: Sender) -> None:
    sender.provider.behave(answer="554 not today")
    reason = sender.send("x")
    assert reason is not None
    assert f"localhost:{sender.provider.port}: 554 not today" in reason
    assert PASSWORD not in reason


def test_a_wrong_password_is_told(sender: Sender) -> None:
    sender.server["password"] = "wrong-sentinel"
    reason = sender.send("x")
    assert reason is not None
    assert "535" in reason
    assert "sentinel" not in reason


def test_an_unverified_server_gets_nothing(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    reason = sender.send("x")
    assert reason is not None
    assert "certificate" in reason.lower()
    assert sender.provider.mail == []


@pytest.mark.parametrize("text", [None, "", "{}", '{"from": "a", "to": [], "servers": []}'])
def test_without_a_configuration_it_says_so(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "emergency.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    reason = main(["x"], str(path))
    assert reason is not None
    assert str(path) in reason


def test_usage() -> None:
    assert (main([]) or "").startswith("usage:")
