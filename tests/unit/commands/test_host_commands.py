"""What the commands that ask hosts print and accept."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from mailfleet.commands.sample_alert import sample_alert_lines
from mailfleet.commands.silence import silence, silence_line
from mailfleet.commands.status import exit_status
from mailfleet.relay.fleet_status import HostStatus
from mailfleet.run.hosts import Reply


def test_each_channel_has_accepted_a_test_or_says_why_not() -> None:
    reply = Reply("relay1", {"ops@x.example": "", "webhook hooks.example": "404 Not\nFound"})
    assert list(sample_alert_lines(reply)) == [
        "relay1: ops@x.example: accepted",
        "relay1: webhook hooks.example: 404 Not Found",
    ]
    gone = Reply("relay1", problem="not reached: timed out")
    assert list(sample_alert_lines(gone)) == ["relay1: not reached: timed out"]


def test_a_silence_is_confirmed_by_each_host() -> None:
    entry = {"until": 1_795_754_419.0, "by": "me@here", "at": 0}
    reply = Reply("relay1", {"silences": {"queue": entry}})
    assert silence_line(reply, "queue") == (
        "relay1: queue is silenced until 2026-11-27 04:40:19Z (by me@here)"
    )
    assert silence_line(reply, "disk") == "relay1: disk is not silenced"
    assert silence_line(Reply("relay1", problem="no answer"), "disk") == "relay1: no answer"


@pytest.mark.parametrize(
    ("key", "span", "expected"),
    [
        ("Queue oldest", "2h", "expected a key as alerts"),
        ("queue", "2", "expected a time span such as 30m, 12h or 2d, or off"),
        ("queue", "31d", "expected at most 30d"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, key: str, span: str, expected: str) -> None:
    done = CliRunner().invoke(silence, [str(tmp_path / "none.py"), key, span])
    assert done.exit_code == 2
    assert expected in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("levels", "status"),
    [(["ok", "warn"], 0), (["ok", "unknown"], 2), (["unknown", "fail"], 1)],
)
def test_the_exit_status_of_status(levels: list[str], status: int) -> None:
    assert exit_status([HostStatus("x", level) for level in levels]) == status
