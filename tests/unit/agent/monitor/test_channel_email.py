"""Alerts by mail: by recipient, by several servers; nothing after the 250 to DATA fails them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from agent.monitor.channel import Message
from agent.monitor.channel_email import LONGEST_SUBJECT, EmailChannel
from tests.support.smtp_server import PASSWORD, USER

A, B = "a@example.net", "b@example.net"
Build = Callable[..., Message]


def server(endpoint: Any, **changes: Any) -> dict[str, Any]:
    return {
        "provider": "second", "host": "localhost", "port": endpoint.port, "tls": "starttls",
        "username": USER, "password": PASSWORD, **changes,
    }  # fmt: skip


def channel(*servers: dict[str, Any], to: Sequence[str] = (A, B)) -> EmailChannel:
    return EmailChannel({"to": to, "servers": servers}, {"from": "noreply@example.com"})


def errors(sent: EmailChannel, message: Message, *to: str) -> dict[str, str]:
    return sent.send(message, [f"email:{address}" for address in to or (A, B)])


def test_an_alert_has_what_a_mail_needs(provider: Any, message: Build) -> None:
    sent = channel(server(provider))
    assert sent.names == (f"email:{A}", f"email:{B}")
    assert errors(sent, message()) == {f"email:{A}": "", f"email:{B}": ""}
    (mail,) = provider.mail
    assert mail["Subject"] == "[mail] relay1: ses refused 3 mails"
    assert (mail["From"], mail["To"]) == ("noreply@example.com", f"{A}, {B}")
    assert mail["Date"] == "Fri, 15 Jan 2027 08:00:00 -0000"
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert provider.recipients == [[A, B]]


def test_no_text_becomes_a_header(provider: Any, message: Build) -> None:
    hostile = message(
        subject="x\r\nBcc: evil@example.net\u2028" + "y" * 5000, text="\udcff\0\r\n.\r\nQUIT\r\n"
    )
    assert set(errors(channel(server(provider)), hostile).values()) == {""}
    (mail,) = provider.mail
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("x Bcc: evil@example.net yyy")
    assert len(mail["Subject"]) <= LONGEST_SUBJECT
    assert "\n.\nQUIT\n" in mail.get_content().replace("\r\n", "\n")


@pytest.mark.case("alerts-13")
def test_a_refused_address_costs_the_others_no_second_copy(provider: Any, message: Build) -> None:
    provider.behave(refuse={B: "550 5.1.1 no such user"})
    found = errors(channel(server(provider), server(provider)), message())
    assert found[f"email:{A}"] == ""
    assert found[f"email:{B}"].count("550 5.1.1 no such user") == 2  # each server was asked
    assert provider.recipients == [[A]]
    again = errors(channel(server(provider)), message(), B)
    assert again[f"email:{B}"].endswith("550 5.1.1 no such user")
    assert provider.recipients == [[A]]


@pytest.mark.case("alerts-13")
@pytest.mark.parametrize("answer", ["421 4.3.2 go away", "500 what", "hang up"])
def test_nothing_after_the_acceptance_fails_the_mail(
    provider: Any, message: Build, answer: str
) -> None:
    provider.behave(quit=answer)
    found = errors(channel(server(provider), server(provider)), message())
    assert set(found.values()) == {""}
    assert provider.recipients == [[A, B]]


@pytest.mark.case("alerts-14")
def test_another_server_takes_over_and_one_in_trouble_comes_last(
    provider: Any, message: Build
) -> None:
    dead = server(provider, provider="ses", port=1)
    assert set(errors(channel(dead, server(provider)), message()).values()) == {""}
    provider.behave(refuse={B: "550 no"})
    found = errors(channel(dead, server(provider)), message(avoid={"ses"}))
    first, second = found[f"email:{B}"].split("; ")
    assert "550 no" in first
    assert "localhost:1" in second


def test_a_failure_names_the_server_and_its_answer_but_no_password(
    provider: Any, message: Build
) -> None:
    provider.behave(answer="554 not today")
    (reason,) = set(errors(channel(server(provider)), message()).values())
    assert reason == f"localhost:{provider.port}: 554 not today"
    wrong = server(provider, password="wrong-sentinel")
    (reason,) = set(errors(channel(wrong), message()).values())
    assert "535" in reason
    assert "sentinel" not in reason
    assert provider.mail == []


def test_an_unverified_server_gets_nothing(
    provider: Any, message: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    (reason,) = set(errors(channel(server(provider)), message()).values())
    assert "certificate" in reason.lower()
    assert provider.mail == []


def test_tls_from_the_first_byte(provider: Any, message: Build) -> None:
    wrapped = server(provider, tls="implicit", port=provider.wrapper)
    assert set(errors(channel(wrapped), message()).values()) == {""}
    assert len(provider.mail) == 1


@pytest.mark.parametrize(("to", "servers"), [((), ({},)), ((A,), ())])
def test_an_entry_without_recipient_or_server_is_refused(
    to: tuple[str, ...], servers: tuple[dict[str, Any], ...]
) -> None:
    with pytest.raises(ValueError, match="no server or no recipient"):
        channel(*servers, to=to)
