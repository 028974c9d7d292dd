"""Webhooks receive what Slack, Teams, PagerDuty and programs expect, and errors keep the URL."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from agent.monitor.channel import Message, NotSent
from agent.monitor.channel_webhook import WebhookChannel

SECRET = "/services/T0000/B1111/sentinel-of-a-secret"
Build = Callable[..., Message]


def channel(sink: Any, format_: str = "json", **more: str) -> WebhookChannel:
    entry = {"name": "slack env:HOOK", "url": sink.url + SECRET, "format": format_, **more}
    return WebhookChannel(entry, {})


def bodies(sink: Any, message: Message, format_: str, **more: str) -> list[Any]:
    sent = channel(sink, format_, **more)
    assert sent.send(message, sent.names) == {"webhook:slack env:HOOK": ""}
    assert all(received.headers["Content-Type"] == "application/json" for received in sink.received)
    assert {received.path for received in sink.received} == {SECRET}
    return [received.json for received in sink.received]


def test_plain_json_has_everything_for_a_program(sink: Any, message: Build) -> None:
    (body,) = bodies(sink, message(), "json")
    assert (body["version"], body["host"], body["fleet"]) == (1, "relay1", "shop")
    assert body["at"] == "2027-01-15T08:00:00Z"
    (alert,) = body["alerts"]
    assert (alert["key"], alert["kind"]) == ("provider:ses:credential-refused", "open")
    assert (alert["first"], alert["last"]) == ("2027-01-15T08:00:00Z", "2027-01-15T08:01:00Z")
    assert (alert["count"], alert["said"], alert["remedy"]) == (3, "535 5.7.8 no", "rotate.py")


def test_slack_gets_text_in_which_no_log_line_mentions_a_channel(sink: Any, message: Build) -> None:
    hostile = message(subject="a <!channel> & b", text="```<@U1> *x*```" + "y" * 10_000)
    (body,) = bodies(sink, hostile, "slack")
    assert body["text"].startswith("*a &lt;!channel&gt; &amp; b*\n```'''&lt;@U1&gt; *x*'''yyy")
    assert len(body["text"]) < 4000


def test_teams_gets_an_adaptive_card(sink: Any, message: Build) -> None:
    hostile = message(text="line one\n[link](https://evil.example)\n" + "é" * 50_000)
    (body,) = bodies(sink, hostile, "teams")
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][0]["text"] == "[mail] relay1: ses refused 3 mails"
    runs = card["body"][1]["inlines"]
    assert {run["type"] for run in runs} == {"TextRun"}  # which shows Markdown as it is
    assert runs[0]["text"] == "line one\n"
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 28 * 1024


def test_pagerduty_opens_and_resolves_one_incident(sink: Any, message: Build) -> None:
    alert = message().alerts[0]
    later = message(alerts=({**alert, "kind": "recovered"}, {**alert, "key": "disk:/"}))
    bodies(sink, message(), "pagerduty", key="R0UT1NG")
    opened, resolved, other = bodies(sink, later, "pagerduty", key="R0UT1NG")
    assert {body["routing_key"] for body in (opened, resolved, other)} == {"R0UT1NG"}
    assert (opened["event_action"], resolved["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == resolved["dedup_key"]
    assert opened["dedup_key"] == "shop/relay1/provider:ses:credential-refused"
    assert other["dedup_key"] == "shop/relay1/disk:/"
    payload = opened["payload"]
    assert (payload["summary"], payload["source"]) == ("relay1: ses refused 3 mails", "relay1")
    assert (payload["severity"], payload["timestamp"]) == ("critical", "2027-01-15T08:00:00Z")
    assert "payload" not in resolved


def test_a_text_of_a_users_own_opens_an_incident_too(sink: Any, message: Build) -> None:
    (event,) = bodies(sink, message(alerts=()), "pagerduty", key="k")
    assert event["event_action"] == "trigger"
    assert "dedup_key" not in event
    assert event["payload"]["summary"] == "relay1: [mail] relay1: ses refused 3 mails"


@pytest.mark.parametrize("format_", ["json", "slack", "teams", "pagerduty"])
def test_any_text_is_valid_json(sink: Any, message: Build, format_: str) -> None:
    odd = "\udcff \u2028 \0 \x1b[31m\r\nX-Injected: 1"
    (body,) = bodies(sink, message(subject=odd, text=odd), format_)
    assert body
    assert "X-Injected" not in sink.received[0].headers


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (404, b"no_service", "localhost: 404 no_service"),
        (500, b"\xff\r\n<html>" * 9999, "localhost: 500 "),
        (200, b"Webhook message delivery failed with error: 413", "did not deliver it"),
        (400, f"cannot POST {SECRET}".encode(), "localhost: 400 cannot POST"),
    ],
)
def test_a_refusal_is_an_error_without_the_secret(
    sink: Any, message: Build, status: int, answer: bytes, words: str
) -> None:
    sink.status, sink.answer = status, answer
    with pytest.raises(NotSent) as refusal:
        channel(sink).send(message(), ["x"])
    assert words in str(refusal.value)
    assert "sentinel" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


def test_a_redirect_is_not_followed(sink: Any, message: Build) -> None:
    sink.status, sink.headers = 307, {"Location": f"{sink.url}/elsewhere"}
    with pytest.raises(NotSent, match="307, a redirect"):
        channel(sink).send(message(), ["x"])
    assert len(sink.received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{port}/sentinel-of-a-secret",
        "https://127.0.0.1:{port}/sentinel-of-a-secret",  # not in the certificate
        "https://localhost:1/sentinel-of-a-secret",
        "https://localhost:{port}/sentinel-of-a-secret\r\nX: 1",
        "https://[sentinel-of-a-secret",
        "sentinel-of-a-secret",
    ],
)
def test_what_is_not_reached_or_not_verified_is_named_without_the_secret(
    sink: Any, message: Build, url: str
) -> None:
    entry = {"name": "x", "url": url.format(port=sink.port), "format": "json"}
    with pytest.raises(NotSent) as refusal:
        WebhookChannel(entry, {}).send(message(), ["x"])
    assert "sentinel" not in str(refusal.value)
    assert sink.received == []


def test_an_unverified_server_gets_nothing(
    sink: Any, message: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotSent, match="certificate"):
        channel(sink).send(message(), ["x"])
    assert sink.received == []
