"""Silences and the monitor's status, as a host reads and writes them."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from agent.host.common import HostError
from agent.host.monitor_status import monitor_status
from agent.host.silences import MOST_SILENCES, silence


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "var/lib/mailfleet-monitor"
    path.mkdir(parents=True)
    return path


def ask(root: Path, key: str, seconds: int | None) -> dict[str, Any]:
    silences: dict[str, Any] = silence(
        {"key": key, "seconds": seconds, "by": "me@here"}, str(root)
    )["silences"]
    return silences


def test_a_silence_says_until_when_and_by_whom_and_ends_when_asked(
    tmp_path: Path, state: Path
) -> None:
    now = time.time()
    ask(tmp_path, "queue:oldest", 60)
    found = ask(tmp_path, "provider:ses", 7200)
    assert list(found) == ["queue:oldest", "provider:ses"]
    assert found["provider:ses"]["by"] == "me@here"
    assert found["provider:ses"]["until"] == pytest.approx(now + 7200, abs=60)
    file = state / "silences.json"
    assert json.loads(file.read_text()) == found
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert list(ask(tmp_path, "provider:ses", None)) == ["queue:oldest"]
    assert [path.name for path in state.iterdir()] == ["silences.json"]


def test_what_is_over_is_forgotten_and_a_damaged_file_replaced(tmp_path: Path, state: Path) -> None:
    old = {"until": time.time() - 1, "by": "x", "at": 0}
    (state / "silences.json").write_text(json.dumps({"disk": old}))
    assert list(ask(tmp_path, "queue", 60)) == ["queue"]
    (state / "silences.json").write_text("{")
    assert list(ask(tmp_path, "queue", 60)) == ["queue"]


def test_the_monitor_cannot_have_other_files_written_or_read(tmp_path: Path, state: Path) -> None:
    other = tmp_path / "shadow"
    other.write_text('{"secret": 1}')
    (state / "silences.json").symlink_to(other)
    (state / "status.json").symlink_to(other)
    ask(tmp_path, "queue", 60)
    assert other.read_text() == '{"secret": 1}'
    assert not (state / "silences.json").is_symlink()
    with pytest.raises(HostError, match="found a symbolic link, expected a file"):
        monitor_status(str(tmp_path))


def test_a_host_that_is_not_monitored_and_too_many_silences(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="nothing monitors this host"):
        ask(tmp_path, "queue", 60)
    (tmp_path / "var/lib/mailfleet-monitor").mkdir(parents=True)
    for number in range(MOST_SILENCES):
        ask(tmp_path, f"queue:{number}", 60)
    with pytest.raises(HostError, match="which is the most there may be"):
        ask(tmp_path, "queue", 60)


def test_a_status_is_read_as_it_was_left(tmp_path: Path, state: Path) -> None:
    assert monitor_status(str(tmp_path))["status"] is None
    (state / "status.json").write_text('{"version": 1}')
    assert monitor_status(str(tmp_path))["status"] == {"version": 1}
    for content, sentence in (("{", "found no JSON"), (" " * 2_000_000, "found more than")):
        (state / "status.json").write_text(content)
        with pytest.raises(HostError, match=sentence):
            monitor_status(str(tmp_path))
