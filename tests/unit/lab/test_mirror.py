"""Where base trees get their packages from."""

from lab import mirror

MAIN = "Debian http://mirror.example/debian/"
SECURITY = "Debian-Security http://mirror.example/security/"


def test_the_machines_own_mirror_is_used_for_any_release() -> None:
    assert mirror.deb_lines("trixie", f"{MAIN}\n{SECURITY}\n", None) == [
        "deb http://mirror.example/debian/ trixie main",
        "deb http://mirror.example/debian/ trixie-updates main",
        "deb http://mirror.example/security/ trixie-security main",
    ]


def test_the_first_of_several_mirrors_is_used() -> None:
    lines = mirror.deb_lines("trixie", f"{MAIN}\nDebian http://other.example/\n", "/k.gpg")
    assert lines[0] == "deb [signed-by=/k.gpg] http://mirror.example/debian/ trixie main"


def test_without_a_debian_archive_it_is_left_to_mmdebstrap() -> None:
    assert mirror.deb_lines("trixie", "Ubuntu http://mirror.example/ubuntu/\n", None) == []
