"""The monitor's state survives a full disk, an interrupted write and a place that is gone."""

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.monitor import kept
from agent.monitor.kept import SLOT, SLOTS, keep, read_kept


def test_what_was_kept_last_is_read(tmp_path: Path) -> None:
    paths = [str(tmp_path / "state")]
    assert read_kept(paths) == {}
    for n in range(5):
        assert keep(paths, {"n": n, "text": "é\udcff\u2028"}) == ""
        assert read_kept(paths)["n"] == n
    assert (tmp_path / "state").stat().st_size == SLOT * SLOTS
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o600


@pytest.mark.case("alerts-15")
def test_a_full_disk_does_not_take_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the file is there, nothing is written beyond what it already occupies."""
    paths = [str(tmp_path / "state")]
    assert keep(paths, {"n": 1}) == ""
    blocks = (tmp_path / "state").stat().st_blocks
    assert blocks * 512 >= SLOT * SLOTS  # no holes
    monkeypatch.setattr(kept, "_reserve", refuse)
    for n in range(2, 6):
        assert keep(paths, {"n": n, "text": "x" * 100_000}) == ""
    assert read_kept(paths)["n"] == 5
    assert (tmp_path / "state").stat().st_blocks == blocks


def refuse(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_another_place_takes_over_and_gives_back(tmp_path: Path) -> None:
    first, second = tmp_path / "gone" / "state", tmp_path / "state"
    paths = [str(first), str(second)]
    assert keep(paths, {"n": 1}) == ""
    assert read_kept(paths) == {"n": 1}
    first.parent.mkdir()
    assert keep(paths, {"n": 2}) == ""
    assert first.exists()
    assert read_kept(paths) == {"n": 2}


def test_where_no_place_takes_it_the_reasons_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_reserve", refuse)
    sentence = keep([str(tmp_path / "a"), str(tmp_path / "gone" / "b")], {})
    assert f"{tmp_path}/a: No space left on device" in sentence
    assert f"{tmp_path}/gone/b: No such file or directory" in sentence
    assert "more than" in keep([str(tmp_path / "a")], {"text": "x" * SLOT})


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 300), st.binary(max_size=40))
def test_an_interrupted_write_leaves_the_state_before_it(
    tmp_path_factory: pytest.TempPathFactory, cut: int, junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("kept") / "state"
    for n in (1, 2, 3):
        assert keep([str(path)], {"n": n, "text": "y" * 100}) == ""
    content = bytearray(path.read_bytes())
    start = 4 % SLOTS * SLOT  # where the fourth state would be
    content[start + cut : start + cut + len(junk)] = junk
    path.write_bytes(content)
    assert read_kept([str(path)])["n"] == 3
