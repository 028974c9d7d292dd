from typing import Any

import pytest

from agent import probe_message
from agent.probe_message import send
from agent.smtp_session import Failed
from tests.support.smtp_server import PASSWORD, USER


def request(provider: Any, **changes: Any) -> dict[str, Any]:
    usual = {
        "host": "localhost",
        "port": provider.port,
        "wrapper": False,
        "ca": None,
        "username": USER,
        "password": PASSWORD,
        "timeout": 5,
        "retry_535_for": 0,
        "sender": "noreply@shop.example",
        "recipient": "success@elsewhere.example",
        "subject": "a new credential",
    }
    return {**usual, **changes}


def test_a_message_that_is_taken(provider: Any, capsys: pytest.CaptureFixture[str]) -> None:
    send(request(provider))
    (mail,) = provider.mail
    assert mail["From"] == "noreply@shop.example"
    assert mail["Subject"] == "a new credential"
    assert provider.recipients == [["success@elsewhere.example"]]
    assert "accepts a message sent by user apikey" in capsys.readouterr().out


def test_a_young_key_is_waited_for(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_message, "PAUSE", 0.01)
    provider.behave(refuse_logins=2 * 2)  # LOGIN, then PLAIN, twice
    send(request(provider, retry_535_for=10))
    assert len(provider.mail) == 1


def test_throttling_is_waited_out_and_then_told(
    provider: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_message, "PAUSE", 0.2)
    provider.behave(answer="454 Throttling failure: Maximum sending rate exceeded.")
    with pytest.raises(Failed, match=r"answers 454 Throttling failure: .* sent by user apikey"):
        send(request(provider, retry_535_for=3))
    assert "answers 454, trying again" in capsys.readouterr().out


def test_a_refusal_is_told_at_once(provider: Any) -> None:
    provider.behave(answer="554 Access denied")
    with pytest.raises(
        Failed, match=r"answers 554 Access denied to a message from noreply@shop\.example"
    ):
        send(request(provider, retry_535_for=60))
    assert provider.mail == []


def test_without_a_password_postfixs_own_is_taken(
    provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        probe_message, "held", lambda nexthop: {"username": USER, "password": f"{PASSWORD}"}
    )
    asked = request(provider, nexthop="[localhost]:587")
    del asked["username"], asked["password"]
    send(asked)
    assert len(provider.mail) == 1
