"""A copy of a directory in which things lie that are no configuration."""

import os
import socket
from pathlib import Path

import pytest

from agent.host.staging import copy_configuration


@pytest.mark.case("hosts-16")
def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    source, stage = tmp_path / "postfix", tmp_path / "stage"
    (source / "maps").mkdir(parents=True)
    (source / "maps/aliases").write_text("a: b\n")
    (tmp_path / "kept-in-git").write_text("biff = no\n")
    (source / "main.cf").symlink_to("../kept-in-git")
    (source / "gone").symlink_to("nowhere")
    (source / "round").symlink_to(".")
    (source / "elsewhere").symlink_to(tmp_path / "postfix/maps")
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(source / "socket"))
        copy_configuration(str(source), str(stage))
    assert sorted(os.listdir(stage)) == ["elsewhere", "main.cf", "maps", "round"]
    assert (stage / "main.cf").read_text() == "biff = no\n"
    assert not (stage / "main.cf").is_symlink()
    assert (stage / "elsewhere/aliases").read_text() == "a: b\n"
    assert (stage / "elsewhere").resolve() == source / "maps"


def test_files_keep_their_age_and_lose_their_mode(tmp_path: Path) -> None:
    source, stage = tmp_path / "postfix", tmp_path / "stage"
    source.mkdir()
    (source / "main.cf").write_text("biff = no\n")
    (source / "main.cf").chmod(0o4777)
    os.utime(source / "main.cf", (1e9, 1e9))
    copy_configuration(str(source), str(stage))
    found = (stage / "main.cf").stat()
    assert found.st_mtime == 1e9
    assert not found.st_mode & 0o4000
    assert stage.stat().st_mode & 0o777 == 0o700
