"""Answers of several hosts as one text."""

from typing import Any

import pytest

from mailfleet.relay.mail_trace import merged, seconds_of, trace_lines

ID = "<m1@app.example>"
AT = 1_795_754_419.0


def event(what: str, at: float = 0, **fields: Any) -> dict[str, Any]:
    common = {"at": AT + at, "queue_id": "Q1", "what": what}
    if what in ("sent", "deferred", "bounced", "handed on"):
        common |= {"to": "you@x.example", "provider": "ses", "relay": "ses.example", "reason": ""}
    return {**common, **fields}


def answer(*events: dict[str, Any], **fields: Any) -> dict[str, Any]:
    message = {"message_id": ID, "sender": "app@example.com", "events": list(events),
               "queued": {}, "held": {}, **fields}  # fmt: skip
    return {"begins": None, "complete": True, "more": 0, "messages": [message]}


NONE: dict[str, Any] = {"begins": None, "complete": True, "more": 0, "messages": []}
SUBMITTED = event("submitted", by="localhost[127.0.0.1]")


def text(answers: dict[str, Any], problems: dict[str, str] | None = None) -> str:
    return "\n".join(trace_lines(merged(ID, answers, problems or {})))


def test_a_delivered_message() -> None:
    shown = text({"relay1": answer(SUBMITTED, event("sent", 1, reason="250 Ok 0100-a")),
                  "relay2": NONE})  # fmt: skip
    assert shown.splitlines() == [
        f"{ID} from app@example.com",
        "    2026-11-27 04:40:19Z  relay1  Q1  submitted by localhost[127.0.0.1]",
        "    2026-11-27 04:40:20Z  relay1  Q1  sent to you@x.example through ses: 250 Ok 0100-a",
        "    now you@x.example: delivered to ses as 0100-a",
    ]


@pytest.mark.parametrize(
    ("events", "fields", "now"),
    [
        ([event("deferred", reason="timed out")], {"queued": {"Q1": "deferred"}},
         "in the queue of relay1, deferred (timed out)"),
        ([event("deferred", reason="x")], {"queued": {"Q1": "hold"}, "held": {"Q1": "why"}},
         "in the queue of relay1, on hold: why (x)"),
        ([event("deferred", reason="x")], {},
         "is no longer in the queue of relay1, whose log does not say why: was it deleted?"),
        ([event("bounced", reason="550 no")], {}, "bounced, not delivered (550 no)"),
        ([event("deferred", reason="x"), event("expired", 1, reason="")], {},
         "expired on relay1, returned to its sender (x)"),
        ([event("handed on", next="Q2", reason="x")], {"queued": {"Q2": "active"}},
         "in the queue of relay1, active (x)"),
        ([event("handed on", next="Q2"), event("sent", 1, queue_id="Q2", provider="sendgrid")], {},
         "delivered to sendgrid"),
    ],
)  # fmt: skip
def test_where_it_is_now(events: list[dict[str, Any]], fields: dict[str, Any], now: str) -> None:
    shown = text({"relay1": answer(*events, **fields)})
    assert shown.splitlines()[-1] == f"    now you@x.example: {now}"


def test_a_message_that_passed_two_hosts_is_shown_together() -> None:
    first = event("sent", 1, relay="relay2", provider="", reason="250 2.0.0 Ok: queued as Q9")
    second = event("sent", 2, queue_id="Q9", reason="250 Ok 0100-b")
    found = merged(ID, {"relay2": answer(second), "relay1": answer(SUBMITTED, first)}, {})
    (message,) = found.messages
    assert [e["host"] for e in message["events"]] == ["relay1", "relay1", "relay2"]
    assert message["now"] == ["you@x.example: delivered to ses as 0100-b"]


def test_what_was_not_searched_is_named() -> None:
    found = merged(
        ID, {"relay1": NONE, "relay2": {**NONE, "begins": AT}}, {"relay3": "not reached"}
    )
    assert list(trace_lines(found)) == [
        f"{ID} was not found on relay1, relay2",
        "note: relay3 was not read: not reached",
        "note: the log of relay2 begins at 2026-11-27 04:40:19Z, later than asked for",
    ]
    assert not found.complete
    assert merged(ID, {"relay1": NONE}, {}).complete


def test_foreign_text_stays_on_its_line() -> None:
    shown = text({"relay1": answer(event("sent", reason="250 Ok\n    now forged\x1b[2J"))})
    assert len(shown.splitlines()) == 3
    assert "\x1b" not in shown


@pytest.mark.parametrize(("given", "seconds"), [("30m", 1800), ("12h", 43200), ("2d", 172800)])
def test_time_spans(given: str, seconds: int) -> None:
    assert seconds_of(given) == seconds


@pytest.mark.parametrize("given", ["", "2", "0d", "2w", "-1d", "2d3h"])
def test_what_is_no_time_span(given: str) -> None:
    with pytest.raises(ValueError, match="expected a time span such as"):
        seconds_of(given)
