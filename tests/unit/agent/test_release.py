"""A host says which system it runs."""

from pathlib import Path

import pytest

from agent.host.release import release

AMAZON = """\
NAME="Amazon Linux"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PRETTY_NAME="Amazon Linux 2023.8.20250721"

# a comment = nothing
"""
DEBIAN = """\
PRETTY_NAME='Debian GNU/Linux 12 (bookworm)'
VERSION_ID="12"
ID=debian
"""


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text)


@pytest.mark.parametrize("path", ["etc/os-release", "usr/lib/os-release"])
def test_it_is_found_where_systems_have_it(tmp_path: Path, path: str) -> None:
    write(tmp_path, path, AMAZON)
    assert release(str(tmp_path)) == {
        "id": "amzn", "version": "2023", "name": "Amazon Linux 2023.8.20250721", "like": "fedora",
    }  # fmt: skip


def test_the_hosts_own_one_counts(tmp_path: Path) -> None:
    write(tmp_path, "usr/lib/os-release", AMAZON)
    write(tmp_path, "etc/os-release", DEBIAN)
    found = release(str(tmp_path))
    assert found["name"] == "Debian GNU/Linux 12 (bookworm)"
    assert (found["id"], found["version"], found["like"]) == ("debian", "12", "")


def test_a_host_that_does_not_say_is_no_failure(tmp_path: Path) -> None:
    assert set(release(str(tmp_path)).values()) == {""}
