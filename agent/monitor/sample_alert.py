"""A test alert through every channel of this host, for `mailfleet test-alert`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from agent.answer import print_answer
from agent.monitor.channel import Message
from agent.monitor.channels import channels_of, send

EMERGENCY_SETTINGS = "/etc/mailfleet/emergency.json"
_SAMPLE = (
    "This is a test that {} asked for with `mailfleet test-alert`. Nothing is wrong: alerts of "
    "this host reach you this way."
)


class NoChannels(Exception):
    """There is nothing to send a test through: one sentence."""


def sample_alert(
    request: Mapping[str, Any], now: float, path: str = EMERGENCY_SETTINGS
) -> dict[str, str]:
    """By recipient why it did not get the test, or "" where it was accepted. `host`: the name in
    the inventory; `by`: who asks. Raises NoChannels."""
    settings = _emergency_settings(path)
    try:
        channels = channels_of(settings)
    except ValueError as reason:
        raise NoChannels(f"{path}: found {reason}, expected channels: run deploy.py") from None
    host = str(request["host"])
    text = _SAMPLE.format(request["by"])
    message = Message(host, str(settings.get("fleet", "")), now, f"[mail] {host}: test", text)
    (errors,) = send(channels, [(message, [name for c in channels for name in c.names])])
    return errors


def _emergency_settings(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        raise NoChannels(
            f"found no {path}: the policy has no alerts, or deploy.py has not run"
        ) from None
    except (OSError, ValueError) as error:
        raise NoChannels(f"{path} cannot be used: {type(error).__name__}") from None
    return found if isinstance(found, dict) else {}


def main(text: str) -> None:
    try:
        print_answer(sample_alert(json.loads(text), time.time()))
    except NoChannels as reason:
        sys.exit(f"mailfleet: {reason}")
