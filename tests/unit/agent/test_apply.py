"""The real programs on a directory that stands for a host's root, without Postfix and systemd."""

import base64
import fcntl
import getpass
import grp
import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent.host import lock as guard
from agent.host.apply import apply
from agent.host.common import HostError
from agent.host.read import read

PLAIN, SECRET = "/etc/thing.conf", "/etc/deep/er/secret"
MANAGED = [{"path": PLAIN, "secret": False}, {"path": SECRET, "secret": True}]


def state(root: Path) -> dict[str, Any]:
    return read({"files": MANAGED, "packages": [], "units": [], "previous": False}, str(root))


def request(root: Path, **changes: Any) -> dict[str, Any]:
    usual = {
        "expected": state(root)["state"],
        "by": "ops@laptop",
        "managed": MANAGED,
        "manager": "apt",
        "packages": [],
        "files": [],
        "absent": [],
        "certificate": None,
        "nexthops": [],
        "units": {"reload": False, "disable": [], "enable": [], "restart": []},
        "load": None,
        "canary": None,
    }
    return {**usual, **changes}


def file(path: str, content: bytes, mode: str = "644") -> dict[str, str]:
    return {
        "path": path,
        "mode": mode,
        "owner": getpass.getuser(),
        "group": grp.getgrgid(os.getegid()).gr_name,
        "content": base64.b64encode(content).decode(),
    }


def left_over(root: Path) -> list[Path]:
    return list(root.rglob(".*.mailfleet"))


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    apply(request(tmp_path, files=[file(PLAIN, b"a"), file(SECRET, b"b", "600")]), str(tmp_path))
    found = state(tmp_path)
    assert found["files"][PLAIN]["text"] == "a"
    assert found["files"][PLAIN]["mode"] == "644"
    assert found["files"][SECRET]["text"] is None
    assert found["files"][SECRET]["mode"] == "600"
    assert found["applied"] == {"by": "ops", "on": "laptop", "at": found["applied"]["at"]}
    assert left_over(tmp_path) == []
    assert json.dumps(found).isascii()


def test_a_file_is_closed_before_it_has_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    real = os.fchmod

    def watched(descriptor: int, mode: int) -> None:
        status = os.fstat(descriptor)
        modes.append((oct(status.st_mode & 0o777), status.st_size, oct(mode)))
        real(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", watched)
    before = os.umask(0)
    try:
        apply(request(tmp_path, files=[file(SECRET, b"b", "600")]), str(tmp_path))
    finally:
        os.umask(before)
    assert ("0o600", 0, "0o600") in modes
    assert all(size == 0 for _, size, _ in modes)


def test_a_host_that_somebody_edited_is_left_alone(tmp_path: Path) -> None:
    planned = request(tmp_path, files=[file(PLAIN, b"new")])
    (tmp_path / "etc").mkdir()
    (tmp_path / PLAIN[1:]).write_text("by hand")
    with pytest.raises(HostError, match="changed since planned, manually: plan again"):
        apply(planned, str(tmp_path))
    assert (tmp_path / PLAIN[1:]).read_text() == "by hand"


def test_of_two_deploys_the_second_is_told_of_the_first(tmp_path: Path) -> None:
    planned = request(tmp_path, files=[file(PLAIN, b"mine")], by="ann@desk")
    apply(request(tmp_path, files=[file(PLAIN, b"theirs")]), str(tmp_path))
    with pytest.raises(HostError, match=r"by ops@laptop at 20..-"):
        apply(planned, str(tmp_path))
    assert (tmp_path / PLAIN[1:]).read_text() == "theirs"


def test_a_lock_that_is_held_is_waited_for_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LOCK_SECONDS", 0)
    lock = tmp_path / "var/lib/mailfleet/lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("ann@desk, since noon,")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(HostError, match="ann@desk, since noon, is still changing this host"):
            apply(request(tmp_path), str(tmp_path))


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(request(tmp_path, files=[file(PLAIN, b"old")]), str(tmp_path))
    planned = request(tmp_path, files=[file(PLAIN, b"new"), file(SECRET, b"b")])
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        HostError, match=r"^/etc/deep/er/secret: No space left on device; no live file was changed$"
    ):
        apply(planned, str(tmp_path))
    assert (tmp_path / PLAIN[1:]).read_text() == "old"
    assert left_over(tmp_path) == []


def test_what_a_killed_run_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/.thing.conf.mailfleet").write_text("half")
    (tmp_path / "etc/deep/er").mkdir(parents=True)
    (tmp_path / "etc/deep/er/.secret.mailfleet").write_text("of a file that stays as it is")
    apply(request(tmp_path, files=[file(PLAIN, b"whole")]), str(tmp_path))
    assert (tmp_path / PLAIN[1:]).read_text() == "whole"
    assert left_over(tmp_path) == []


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    (tmp_path / PLAIN[1:]).symlink_to(elsewhere)
    assert state(tmp_path)["files"][PLAIN]["text"] == f"symbolic link to {elsewhere}"
    apply(request(tmp_path, files=[file(PLAIN, b"new")]), str(tmp_path))
    assert elsewhere.read_text() == "untouched"
    assert (tmp_path / PLAIN[1:]).read_text() == "new"


def test_files_that_are_not_wanted_go(tmp_path: Path) -> None:
    apply(request(tmp_path, files=[file(PLAIN, b"a")]), str(tmp_path))
    apply(request(tmp_path, absent=[PLAIN]), str(tmp_path))
    assert state(tmp_path)["files"][PLAIN] is None


def test_an_unknown_owner_is_one_sentence(tmp_path: Path) -> None:
    odd = {**file(PLAIN, b"a"), "owner": "no-such-user"}
    with pytest.raises(HostError, match="no-such-user"):
        apply(request(tmp_path, files=[odd]), str(tmp_path))
    assert left_over(tmp_path) == []


def test_a_directory_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / PLAIN[1:]).mkdir(parents=True)
    with pytest.raises(HostError, match="that is not a file"):
        state(tmp_path)


def test_bytes_that_are_no_text_are_not_shown(tmp_path: Path) -> None:
    apply(request(tmp_path, files=[file(PLAIN, b"\xff\xfe")]), str(tmp_path))
    assert state(tmp_path)["files"][PLAIN]["text"] is None
