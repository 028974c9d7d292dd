"""When the logs are read: what systemd takes is taken, what it can't be is refused at once."""

import shutil
import subprocess

import pytest

from mailfleet.policy import PolicyError, Relay

TAKEN = [
    "hourly", "daily", "minutely", "Weekly", "semiannually", "hourly UTC", "*:0/15", "*:*:00",
    "*:0,15,30,45", "08:00", "8:00", "Mon..Fri 08:00", "Mon,Wed 08..18:00/30:00",
    "Sat,Sun 12:05:40", "Monday", "*-*-* 00:00:00", "*-*-01 04:30", "2027-01-01", "01-01 12:00",
    "*-02~03", "Mon *-05~07/1", "Fri *-*-* 18:00:00 Europe/Berlin", "*-*-* *:*:0/30.5", "*-1,7-1",
]  # fmt: skip
# What looks right to people who know cron, or guess.
MISTAKEN = [
    "* * * * *", "*/15 * * * *", "0 4 * * 1-5", "every hour", "15min", "1h", "*", "hourly daily",
    "Mon..", "08", "8h", "Montag 08:00", "*:/5",
]  # fmt: skip
# What would become another line of the unit, or an option.
HOSTILE = [
    "", "-h", "@hourly", "hourly; reboot", "hourly\nUnit=x.service",
    "*:0/15\nExecStart=/bin/false", "*:0/15 %h",
]  # fmt: skip


def systemd_takes(event: str) -> bool:
    command = ["systemd-analyze", "calendar", "--iterations=1", "--", event]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("event", TAKEN)
def test_a_calendar_event(event: str) -> None:
    assert Relay(check_logs=event).check_logs == event
    if shutil.which("systemd-analyze"):
        assert systemd_takes(event)


@pytest.mark.case("hosts-9")
@pytest.mark.parametrize("event", MISTAKEN)
def test_what_is_none(event: str) -> None:
    refused(event)


@pytest.mark.parametrize("event", HOSTILE)
def test_what_would_be_more_than_an_event(event: str) -> None:
    refused(event)


def refused(event: str) -> None:
    with pytest.raises(PolicyError, match=r"found .*, expected a systemd calendar event such as"):
        Relay(check_logs=event)


def test_crons_form_is_named() -> None:
    with pytest.raises(PolicyError, match=r"cron's form: \*/15 \* \* \* \* is \*:0/15"):
        Relay(check_logs="*/5 * * * *")
