"""Alerts as HTTPS requests: plain JSON, Slack, Teams, PagerDuty."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from agent.monitor.channel import Channel, Message, NotSent
from agent.monitor.https import ask

LONGEST_SLACK = 3000  # characters; longer text is cut by Slack
LONGEST_TEAMS = 8000  # of the 28 kB that a workflow takes, in the worst encoding
LONGEST_SUMMARY = 1000  # PagerDuty: 1024
_SEVERITIES = {"fail": "critical", "warn": "warning", "unknown": "error"}


class WebhookChannel(Channel):
    """{"kind": "webhook", "name", "url", "format"}; for PagerDuty also "key"."""

    kind = "webhook"

    def __init__(self, entry: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.names = (f"webhook:{entry['name']}",)
        self._url = str(entry["url"])
        self._key = str(entry.get("key", ""))
        self._bodies = BODIES[entry["format"]]

    def send(self, message: Message, names: Sequence[str]) -> dict[str, str]:
        for body in self._bodies(message, self._key):
            headers = {"Content-Type": "application/json"}
            answer = ask("POST", self._url, json.dumps(body).encode(), headers)
            if "delivery failed" in answer.text:  # Teams' older webhooks say so with status 200
                raise NotSent("the webhook took the message and did not deliver it")
        return dict.fromkeys(names, "")


def _plain_json(message: Message, _: str) -> Iterator[dict[str, Any]]:
    yield {
        "version": 1,
        "fleet": message.fleet,
        "host": message.host,
        "at": _iso(message.at),
        "subject": message.subject,
        "text": message.text,
        "alerts": [
            {**alert, **{name: _iso(alert[name]) for name in ("at", "first", "last")}}
            for alert in message.alerts
        ],
    }


def _slack(message: Message, _: str) -> Iterator[dict[str, Any]]:
    """Escaped as "Formatting text for app surfaces" has it: no text of a log mentions a channel."""
    title, text = (
        part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
        for part in (message.subject, message.text[:LONGEST_SLACK])
    )
    yield {"text": f"*{title}*\n```{text}```", "unfurl_links": False, "unfurl_media": False}


def _teams(message: Message, _: str) -> Iterator[dict[str, Any]]:
    """What the workflow "When a Teams webhook request is received" takes: an Adaptive Card."""
    title = {"type": "TextBlock", "text": message.subject, "weight": "Bolder", "wrap": True}
    lines = message.text[:LONGEST_TEAMS].splitlines()
    runs = [{"type": "TextRun", "text": f"{line}\n"} for line in lines]  # not read as Markdown
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [title, {"type": "RichTextBlock", "inlines": runs}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    yield {"type": "message", "attachments": [attachment]}


def _pagerduty(message: Message, key: str) -> Iterator[dict[str, Any]]:
    """Events API v2: an event for each alert; its key ends the incident that it began."""
    own: dict[str, Any] = {
        "kind": "open",
        "level": "fail",
        "summary": message.subject,
        "at": message.at,
    }
    for alert in message.alerts or (own,):
        incident = f"{message.fleet}/{message.host}/{alert['key']}" if "key" in alert else ""
        event: dict[str, Any] = {
            "routing_key": key,
            "event_action": "resolve" if alert["kind"] == "recovered" else "trigger",
            **({"dedup_key": incident[:255]} if incident else {}),
        }
        if event["event_action"] == "trigger":
            event["payload"] = {
                "summary": f"{message.host}: {alert['summary']}"[:LONGEST_SUMMARY],
                "source": message.host,
                "severity": _SEVERITIES.get(alert["level"], "error"),
                "timestamp": _iso(alert["at"]),
                "group": message.fleet,
                "custom_details": {"text": message.text[:LONGEST_TEAMS], **alert},
            }
        yield event


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


BODIES = {"json": _plain_json, "slack": _slack, "teams": _teams, "pagerduty": _pagerduty}
"""What is posted, by the policy's `format`."""
