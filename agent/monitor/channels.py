"""The kinds of channels, and sending by several of them at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from agent.monitor.channel import SENDING, Channel, Message, NotSent
from agent.monitor.channel_email import EmailChannel
from agent.monitor.channel_sns import SnsChannel
from agent.monitor.channel_webhook import WebhookChannel
from agent.monitor.finding import one_line

KINDS: dict[str, type[Channel]] = {
    kind.kind: kind for kind in (EmailChannel, WebhookChannel, SnsChannel)
}


def channels_of(settings: Mapping[str, Any]) -> list[Channel]:
    """Those of emergency.json. ValueError, in one sentence without secrets, where it is damaged."""
    try:
        channels = [KINDS[entry["kind"]](entry, settings) for entry in settings["channels"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"a channel is not usable: {type(error).__name__}") from None
    if not channels:
        raise ValueError("no channel")
    return channels


def send(
    channels: Sequence[Channel],
    messages: Sequence[tuple[Message, Sequence[str]]],
    within: float = SENDING,
) -> list[dict[str, str]]:
    """For each message, by recipient the error, or "" where it was accepted.

    All channels work at the same time, and none for longer than `within`: what is not accepted by
    then is an error, and may arrive all the same.
    """
    results: list[dict[str, str]] = [dict.fromkeys(names, "no answer") for _, names in messages]
    threads = []
    ends = time.monotonic() + within
    for channel in channels:
        parts = [
            (result, message, [name for name in names if name in channel.names])
            for result, (message, names) in zip(results, messages)
        ]
        thread = threading.Thread(target=_send_by, args=(channel, parts), daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    return [dict(result) for result in results]


def _send_by(
    channel: Channel, parts: Sequence[tuple[dict[str, str], Message, Sequence[str]]]
) -> None:
    for result, message, names in parts:
        if not names:
            continue
        try:
            result.update(channel.send(message, names))
        except (NotSent, OSError, ValueError) as error:
            result.update(dict.fromkeys(names, one_line(str(error)) or type(error).__name__))
        except Exception as error:  # another channel must not wait for what is wrong in this one
            result.update(dict.fromkeys(names, f"{type(error).__name__} in the channel"))
