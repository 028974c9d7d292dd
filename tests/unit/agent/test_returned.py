"""Returned mail within bounds, on a directory like a host's."""

import os
import time
from pathlib import Path

import pytest

from agent.check_mail_logs import problem
from agent.returned import DAY, LARGEST, tidy
from mailfleet.policy import PolicyError, Relay, Returned
from mailfleet.relay.returned import PATH, PROGRAM, RETURNED, TIMER, UNIT
from mailfleet.relay.tree import desired_host
from tests.support.relay_policy import CREDENTIALS, policy

MEGABYTE = 1_000_000


def put(directory: Path, name: str, *, size: int = 1000, days: float = 0) -> Path:
    file = directory / "new" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)
    then = time.time() - days * DAY
    os.utime(file, (then, then))
    return file


def names(directory: Path) -> set[str]:
    return {file.name for file in directory.glob("*/*")}


@pytest.mark.case("hosts-5")
def test_the_oldest_go_where_all_are_too_much(tmp_path: Path) -> None:
    for n in range(15):
        put(tmp_path, f"m{n:02}", size=MEGABYTE, days=15 - n)
    (said,) = tidy(30, 10 * MEGABYTE, str(tmp_path))
    assert names(tmp_path) == {f"m{n:02}" for n in range(5, 15)}
    assert said.startswith("removed 5 returned messages, the oldest of more than 10 megabytes; ")
    assert list(tidy(30, 10 * MEGABYTE, str(tmp_path))) == []


@pytest.mark.case("hosts-5")
def test_what_is_old_goes_once_a_day(tmp_path: Path) -> None:
    put(tmp_path, "old", days=30.5)
    assert list(tidy(30, 100 * MEGABYTE, str(tmp_path))) == []
    put(tmp_path, "older", days=31.1)
    put(tmp_path, "young", days=29)
    (said,) = tidy(30, 100 * MEGABYTE, str(tmp_path))
    assert said.startswith("removed 2 returned messages, older than 30 days; the first was of 2")
    assert names(tmp_path) == {"young"}


@pytest.mark.case("hosts-5")
def test_of_one_message_a_megabyte_stays(tmp_path: Path) -> None:
    file = put(tmp_path, "huge", size=40 * MEGABYTE)
    before = file.stat().st_mtime
    (said,) = tidy(30, 100 * MEGABYTE, str(tmp_path))
    assert said == "cut 1 returned messages of up to 40000000 bytes after 1000000"
    assert (file.stat().st_size, file.stat().st_mtime) == (LARGEST, before)


@pytest.mark.case("hosts-5")
def test_what_was_removed_is_an_alert() -> None:
    said = "warning: removed 5 returned messages, the oldest of more than 10 megabytes"
    assert problem("postfix/returned", said, "4") is not None
    unit = unit_file(UNIT)
    assert "SyslogFacility=mail\nSyslogIdentifier=postfix/returned\n" in unit


@pytest.mark.case("hosts-31")
def test_a_missing_directory_is_made(tmp_path: Path) -> None:
    assert list(tidy(30, MEGABYTE, str(tmp_path / "mail" / "returned"))) == []
    assert {path.name for path in (tmp_path / "mail/returned").iterdir()} == {"new", "cur", "tmp"}
    assert "ExecStartPre=+/bin/sh -c 'test -d /var/mail || install -d -m 2775" in unit_file(UNIT)


def unit_file(name: str, relay: Relay | None = None) -> str:
    tree = desired_host(policy(relay=relay or Relay()), CREDENTIALS)
    return (tree.file(f"/etc/systemd/system/{name}").content or b"").decode()


@pytest.mark.case("hosts-5")
def test_every_host_keeps_it_within_the_policys_bounds() -> None:
    tree = desired_host(policy(), CREDENTIALS)
    assert {(unit.name, unit.enabled, unit.active) for unit in tree.units} >= {
        (TIMER, True, True),
        (PATH, True, True),
    }
    assert f"ExecStart={PROGRAM} 30 100\n" in unit_file(UNIT)
    assert f"ExecStart={PROGRAM} 7 20\n" in unit_file(UNIT, Relay(returned=Returned(7, 20)))
    assert f"PathChanged={RETURNED}/new\n" in unit_file(PATH)
    with pytest.raises(PolicyError, match="greater than or equal to 10"):
        Returned(megabytes=1)
