"""A test alert, through every channel that a host has."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.monitor import sample_alert as module
from agent.monitor.channel import Channel, Message, NotSent
from agent.monitor.sample_alert import NoChannels, sample_alert

REQUEST = {"host": "relay1", "by": "me@here"}


class Accepting(Channel):
    kind = "accepting"

    def __init__(self, name: str, sent: list[Message]) -> None:
        self.names, self.sent = [name], sent

    def send(self, message: Message, names: Any) -> dict[str, str]:
        self.sent.append(message)
        return dict.fromkeys(names, "")


class Refusing(Accepting):
    def send(self, message: Message, names: Any) -> dict[str, str]:
        raise NotSent("404 Not Found")


def test_each_recipient_has_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []
    channels = [Accepting("ops", sent), Refusing("hook", sent)]
    monkeypatch.setattr(module, "channels_of", lambda settings: channels)
    path = tmp_path / "emergency.json"
    path.write_text(json.dumps({"fleet": "mail"}))
    assert sample_alert(REQUEST, 5.0, str(path)) == {"ops": "", "hook": "404 Not Found"}
    assert (sent[0].subject, sent[0].fleet, sent[0].at) == ("[mail] relay1: test", "mail", 5.0)
    assert "me@here asked for" in sent[0].text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "found no "),
        ("{", "cannot be used: JSONDecodeError"),
        ("{}", "a channel is not usable"),
        ('{"channels": []}', "found no channel, expected channels"),
        ("[]", "a channel is not usable"),
    ],
)
def test_without_channels_it_says_so(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "emergency.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(NoChannels, match=sentence):
        sample_alert(REQUEST, 5.0, str(path))
