"""Channels work at the same time, and none delays or breaks another."""

import time
from collections.abc import Callable, Sequence

import pytest

from agent.monitor.channel import Channel, Message
from agent.monitor.channels import KINDS, channels_of, send


class Stand(Channel):
    def __init__(self, name: str, does: Callable[[], None] = lambda: None) -> None:
        self.names = (name,)
        self.does = does

    def send(self, message: Message, names: Sequence[str]) -> dict[str, str]:
        self.does()
        return dict.fromkeys(names, "")


def broken() -> None:
    raise KeyError("a mistake of ours")


def refused() -> None:
    raise OSError("no route\r\nto host")


def test_each_recipient_has_a_result_of_its_own(message: Callable[..., Message]) -> None:
    channels = [
        Stand("slow", lambda: time.sleep(5)), Stand("good"), Stand("broken", broken),
        Stand("refused", refused),
    ]  # fmt: skip
    began = time.monotonic()
    names = [name for channel in channels for name in channel.names]
    (found,) = send(channels, [(message(), [*names, "gone"])], within=0.5)
    assert time.monotonic() - began < 3
    assert found == {
        "slow": "no answer", "good": "", "broken": "KeyError in the channel",
        "refused": "no route to host", "gone": "no answer",
    }  # fmt: skip


def test_a_channel_gets_only_what_is_for_it(message: Callable[..., Message]) -> None:
    channels = [Stand("a"), Stand("b")]
    assert send(channels, [(message(), ["a"]), (message(), ["b"])]) == [{"a": ""}, {"b": ""}]


def test_the_kinds_are_those_of_the_policy() -> None:
    assert set(KINDS) == {"email", "webhook", "sns"}
    entries = [
        {"kind": "webhook", "name": "n", "url": "https://x.example/", "format": "slack"},
        {"kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:a", "region": "us-east-1"},
    ]
    found = channels_of({"from": "noreply@example.com", "channels": entries})
    assert [channel.kind for channel in found] == ["webhook", "sns"]


@pytest.mark.parametrize(
    "settings",
    [
        {}, [], {"channels": []}, {"channels": [{"kind": "pigeon"}]}, {"channels": ["email"]},
        {"channels": [{"kind": "webhook", "name": "n", "url": "https://sentinel", "format": "x"}]},
    ],
)  # fmt: skip
def test_damaged_settings_are_refused_without_secrets(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no channel|a channel is not usable") as mistake:
        channels_of(settings)
    assert "sentinel" not in str(mistake.value)
