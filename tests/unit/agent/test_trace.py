"""What a host's log says about one message, from journalctl's lines as Postfix and others write
them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.common import HostError
from agent.host.trace import _event, trace
from tests.support.mail_log import LOOPBACK, delivery, entry, journal_line

FIRST, NEXT = "4jbLLq3g0TzmVVx", "4jbLLr6Ph1zmVVy"
ID = "<m1@app.example>"
JOURNALCTL = '#!/bin/sh\ncase "$*" in *--lines=1*) tail -n 1 "$LOG" ;; *) cat "$LOG" ;; esac\n'
Trace = Callable[..., dict[str, Any]]


@pytest.fixture
def traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trace:
    """Trace a term in a log of these lines: (message, identifier, other fields)."""
    program = tmp_path / "bin/journalctl"
    program.parent.mkdir()
    program.write_text(JOURNALCTL)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    routes = tmp_path / "etc/postfix/routes.json"
    routes.parent.mkdir(parents=True)
    routes.write_text('{"lanes": {"ses": ["ses-1"], "sendgrid": ["sendgrid"]}}')

    def run(*lines: tuple[Any, ...], term: str = ID, since: float = 0) -> dict[str, Any]:
        log = [
            journal_line(line[0], line[1], number=number, **(line[2] if line[2:] else {}))
            for number, line in enumerate(lines, 1)
        ]
        (tmp_path / "log").write_bytes(b"".join(line + b"\n" for line in log))
        return trace({"term": term, "since": since}, str(tmp_path))

    return run


def accepted(queue_id: str = FIRST, message_id: str = ID, **fields: str) -> list[tuple[Any, ...]]:
    lines = [
        (f"{queue_id}: client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=app",
         "postfix/submission/smtpd"),
        (f"{queue_id}: message-id={message_id}", "postfix/cleanup"),
        (f"{queue_id}: from=<app@example.com>, size=400, nrcpt=1 (queue active)", "postfix/qmgr"),
    ]  # fmt: skip
    return [(*line, fields) for line in lines]


SENT = (delivery("sent", "250 Ok 0100018f-2a", to="to=<you@elsewhere.example>"),
        "postfix/ses-1/smtp")  # fmt: skip


@pytest.mark.parametrize("unit", ["postfix@-.service", "postfix.service"])
@pytest.mark.parametrize("term", [ID, ID.strip("<>").upper(), "APP@example.com",
                                  "you@elsewhere.example", "0100018f-2a",
                                  "<0100018f-2a@email.amazonses.com>"])  # fmt: skip
def test_who_submitted_it_and_what_the_provider_said(traced: Trace, unit: str, term: str) -> None:
    fields = {"unit": unit}
    found = traced(*accepted(**fields), (*SENT, fields), term=term)
    (message,) = found["messages"]
    assert (message["message_id"], message["sender"]) == (ID, "app@example.com")
    submitted, sent = message["events"]
    assert submitted["what"] == "submitted"
    assert submitted["by"] == "localhost[127.0.0.1], login app"
    assert (sent["what"], sent["to"]) == ("sent", "you@elsewhere.example")
    assert (sent["provider"], sent["reason"]) == ("ses", "250 Ok 0100018f-2a")


def test_mail_that_was_handed_on_is_one_message_with_two_queue_ids(traced: Trace) -> None:
    refused = "host ses.example[192.0.2.1] said: 454 4.7.0 Temporary authentication failure"
    handed_on = delivery("sent", f"250 2.0.0 Ok: queued as {NEXT}", relay=LOOPBACK)
    lines = [
        *accepted(),
        (f"{FIRST}: {refused} (in reply to AUTH command)", "postfix/ses-1/smtp"),
        *accepted(NEXT),
        (handed_on, "postfix/ses-1/smtp"),
        (delivery("sent", "250 Ok taken", queue_id=NEXT), "postfix/sendgrid/smtp"),
    ]
    (message,) = traced(*lines)["messages"]
    assert [event["what"] for event in message["events"]] == ["submitted", "handed on", "sent"]
    assert refused in message["events"][1]["reason"]
    assert [event.get("provider") for event in message["events"][1:]] == ["ses", "sendgrid"]


def test_where_it_waits(traced: Trace, tmp_path: Path) -> None:
    deferred = delivery("deferred", "connect to ses.example[192.0.2.1]:587: timed out")
    (tmp_path / f"var/spool/postfix/deferred/{FIRST[0]}").mkdir(parents=True)
    (tmp_path / f"var/spool/postfix/deferred/{FIRST[0]}/{FIRST}").touch()
    (message,) = traced(*accepted(), (deferred, "postfix/ses-1/smtp"))["messages"]
    assert message["queued"] == {FIRST: "deferred"}
    assert message["events"][-1]["what"] == "deferred"


def test_expired_returned_and_submitted_with_sendmail(traced: Trace) -> None:
    lines = [
        (f"{FIRST}: uid=0 from=<root>", "postfix/pickup"),
        (f"{FIRST}: message-id={ID}", "postfix/cleanup"),
        (delivery("bounced", "host x said: 550 no such user"), "postfix/ses-1/smtp"),
        (f"{FIRST}: from=<root@h>, status=expired, returned to sender", "postfix/qmgr"),
    ]
    (message,) = traced(*lines)["messages"]
    assert [event["what"] for event in message["events"]] == ["submitted", "bounced", "expired"]
    assert message["events"][0]["by"] == "root (sendmail)"


def test_of_many_messages_of_an_address_the_newest_are_shown(traced: Trace) -> None:
    lines = [line for n in range(30) for line in accepted(f"4jbLLq3g0Tz{n:04}", f"<{n}@app>")]
    found = traced(*lines, term="app@example.com")
    assert found["more"] == 10
    assert [message["message_id"] for message in found["messages"]] == [
        f"<{n}@app>" for n in range(10, 30)
    ]


@pytest.mark.parametrize(
    "fields",
    [{"uid": "1000"}, {"unit": "user@1000.service"}, {"unit": "postfix.service.evil"}],
)
def test_forged_lines_report_nothing(traced: Trace, fields: dict[str, str]) -> None:
    forged = [(*line[:2], fields) for line in (*accepted(), SENT)]
    assert traced(*forged, ("connect from x", "postfix/smtpd"))["messages"] == []
    (message,) = traced(*accepted(), (*SENT, fields))["messages"]
    assert [event["what"] for event in message["events"]] == ["submitted"]


def test_a_log_that_begins_later_or_cannot_be_read_is_reported(traced: Trace) -> None:
    assert traced(*accepted(), since=0)["begins"] > 0
    assert traced(*accepted(), since=2e9)["begins"] is None
    with pytest.raises(HostError, match="the journal is empty"):
        traced()


PARTS = st.sampled_from(
    [">, relay=x[192.0.2.1]:25, ", "delay=0.1, delays=0/0/0/0, ", "dsn=2.0.0, status=sent (250 Ok ",
     "<", ">", '"', "@", "\\", ", orig_to=<a@b>", "u@x", FIRST, ": to=<"]
)  # fmt: skip


@given(recipient=st.lists(PARTS | st.text(max_size=8), max_size=12).map("".join))
def test_no_recipient_makes_a_deferred_message_a_delivered_one(recipient: str) -> None:
    line = delivery("deferred", "mail for it loops", to=f"to=<{recipient}>, orig_to=<{recipient}>")
    for program in ("postfix/error", "postfix/ses-1/smtp", "postfix/local"):
        event = _event(entry(line, program), {}, {})
        assert event is None or event["what"] == "deferred"


def test_a_log_that_cannot_be_read_to_its_end_is_no_answer(traced: Trace, tmp_path: Path) -> None:
    (tmp_path / "bin/journalctl").write_text(
        JOURNALCTL.replace("*) cat", "*SYSTEMD_UNIT*) echo bad >&2; exit 1 ;; *) cat")
    )
    with pytest.raises(HostError, match="journalctl failed: bad"):
        traced(*accepted())
