"""A pass's findings reach those who are to hear of them, once, whatever cannot be written."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from agent.monitor.channel import Channel, Message, NotSent
from agent.monitor.dispatch import SILENT_FOR, Origin, Outcome, dispatch
from agent.monitor.finding import Finding

MINUTE = 60.0
BEGIN = 1_800_000_000.0
ORIGIN = Origin("relay1", "shop")
REFUSED = Finding(
    "provider:ses:credential-refused", "fail",
    "ses refused 3 mails (535 Authentication Credentials Invalid), sendgrid took them",
    "535 5.7.8 Authentication Credentials Invalid", "rotate.py", 3, provider="ses",
)  # fmt: skip
FULL = "No space left on device"


class Recorder(Channel):
    """Accepts everything, or fails."""

    kind = "recorder"

    def __init__(self, *names: str) -> None:
        self.names = names
        self.messages: list[Message] = []
        self.attempts = 0
        self.fails = False

    def send(self, message: Message, names: Sequence[str]) -> dict[str, str]:
        self.attempts += 1
        if self.fails:
            raise NotSent("hooks.example: 503 later")
        self.messages.append(message)
        return dict.fromkeys(names, "")


class Host:
    def __init__(self, *channels: Recorder) -> None:
        self.channels = channels
        self.now = BEGIN
        self.kept: Mapping[str, Any] = {}
        self.full = False
        self.writes: list[Mapping[str, Any]] = []

    def keep(self, state: Mapping[str, Any]) -> str:
        if self.full:
            return FULL
        self.kept = state
        self.writes.append(state)
        return ""

    def see(self, *findings: Finding, after: float = MINUTE) -> Outcome:
        self.now += after
        return dispatch(self.kept, findings, self.channels, {}, ORIGIN, self.now, self.keep)


@pytest.fixture
def host() -> Host:
    return Host(Recorder("email:a"), Recorder("webhook:b"))


def messages(host: Host) -> list[Message]:
    return host.channels[0].messages


def test_an_alert_says_what_where_since_when_and_what_repairs_it(host: Host) -> None:
    host.see()
    outcome = host.see(REFUSED, Finding("disk:/", "fail", "/ is full"))
    (message,) = messages(host)
    assert message.subject == f"[mail] relay1: {REFUSED.summary}, since 08:02 UTC and 1 more"
    for part in (REFUSED.key, "3 times, first 2027-01-15 08:02:00 UTC", "do:     rotate.py",
                 "answer: 535 5.7.8", "FAIL: / is full", "relay1 (fleet shop)"):  # fmt: skip
        assert part in message.text
    assert message.avoid == {"ses"}
    assert [alert["key"] for alert in message.alerts] == [REFUSED.key, "disk:/"]
    assert outcome.channels["email:a"] == {"ok": True, "at": host.now, "error": ""}
    assert host.channels[1].messages == [message]


def test_recovery_says_how_long_it_lasted(host: Host) -> None:
    for _ in range(126):
        host.see(REFUSED)
    for _ in range(3):
        host.see()
    assert len(messages(host)) == 2
    recovered = messages(host)[1]
    assert recovered.subject.startswith("[mail] relay1: recovered after 2 h 5 min: ses refused")
    assert recovered.avoid == set()
    assert "do:" not in recovered.text


def test_a_channel_that_fails_is_tried_again_and_delays_no_other(host: Host) -> None:
    second = host.channels[1]
    second.fails = True
    host.see(REFUSED)
    assert len(messages(host)) == 1
    outcome = host.see(REFUSED)
    assert outcome.channels["webhook:b"]["error"] == "hooks.example: 503 later"
    assert not outcome.stuck
    second.fails = False
    for _ in range(5):
        host.see(REFUSED)
    assert len(second.messages) == 1
    assert len(messages(host)) == 1


def test_the_others_hear_of_a_channel_that_keeps_failing(host: Host) -> None:
    host.channels[1].fails = True
    for _ in range(int(SILENT_FOR / MINUTE) + 5):
        host.see(REFUSED)
    assert len(messages(host)) == 2
    assert "alerts to webhook:b are not accepted" in messages(host)[1].text
    assert "answer: hooks.example: 503 later" in messages(host)[1].text


def test_when_no_channel_accepts_the_dead_man_has_to_speak(host: Host) -> None:
    for channel in host.channels:
        channel.fails = True
    assert host.see(REFUSED).stuck
    assert all(host.see(REFUSED).stuck for _ in range(100))
    for channel in host.channels:
        channel.fails = False
    assert not host.see(REFUSED, after=3600).stuck
    assert [len(channel.messages) for channel in host.channels] == [1, 1]


def test_it_is_on_disk_that_an_alert_is_about_to_be_sent(host: Host) -> None:
    host.see(REFUSED)
    before, after = host.writes
    assert before["outbox"]["targets"]["email:a"]["tries"] == 1
    assert before["outbox"]["notices"] != {}
    assert after["outbox"]["notices"] == {}


@pytest.mark.case("alerts-15")
@pytest.mark.parametrize("period", [MINUTE, 5 * MINUTE, 60 * MINUTE])
def test_a_monitor_that_cannot_remember_repeats_itself_hourly_and_says_so(
    host: Host, period: float
) -> None:
    """Neither the disk nor /run takes its state: the worst case, and even that is bounded."""
    for _ in range(3):
        host.see(after=period)
    host.full = True
    assert host.see(REFUSED, after=period).unkept == FULL
    assert len(messages(host)) == 1
    assert f"may be repeated, up to twice an hour: {FULL}" in messages(host)[0].text
    passes = [host.see(REFUSED, after=period) for _ in range(int(24 * 3600 / period))]
    assert sum(not outcome.stuck for outcome in passes) == len(messages(host)) - 1
    assert 24 <= len(messages(host)) <= 50
    host.full = False
    repeated = len(messages(host))
    for _ in range(100):
        host.see(REFUSED, after=period)
    assert len(messages(host)) <= repeated + 1


def test_without_any_state_it_waits_for_the_full_hour(host: Host) -> None:
    host.full = True
    for _ in range(120):
        host.see(REFUSED)
    assert 2 <= len(messages(host)) <= 5


def test_a_thousand_good_passes_send_nothing(host: Host) -> None:
    good = Finding("queue:oldest", "ok", "nothing is queued")
    for _ in range(1000):
        assert not host.see(good).stuck
    assert all(channel.attempts == 0 for channel in host.channels)
