"""What is recognised as a part of a lab."""

from pathlib import Path

import pytest

from lab import leftovers, mounts

DIRECTORY = Path("/srv/x/.lab")


@pytest.mark.parametrize(
    "command",
    [
        "/usr/bin/python3 -m lab.services /srv/x/.lab",
        "systemd-nspawn --boot --machine=mf000001-relay1",
        "/usr/bin/ssh -i /srv/x/.lab/ssh/id_ed25519 admin@198.18.0.11",
    ],
)
def test_what_works_for_the_lab(command: str) -> None:
    assert leftovers.works_for(command.split(), "mf000001", DIRECTORY)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "/usr/bin/python3 -m lab.services /srv/y/.lab",
        "systemd-nspawn --boot --machine=mf000002-relay1",
        "vi /srv/x/.lab/ssh/id_ed25519",
        "grep -- lab.services /srv/x/.lab",
    ],
)
def test_what_merely_looks_like_it(command: str) -> None:
    assert not leftovers.works_for(command.split(" "), "mf000001", DIRECTORY)


def test_mounts_are_read_with_their_options_and_spaces_in_paths() -> None:
    text = (
        "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime shared:9 - cgroup cgroup rw,name=systemd\n"
        "99 27 0:60 / /srv/a\\040b/root rw - overlay mf000001-relay1 rw,lowerdir=/x\n"
    )
    first, second = mounts.parse(text)
    assert first == mounts.Mount("/sys/fs/cgroup/systemd", "cgroup", ("rw", "name=systemd"))
    assert (second.point, second.kind) == ("/srv/a b/root", "overlay")
