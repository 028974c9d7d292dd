"""Reading and installing packages, with programs in the place of dpkg, rpm and dnf.

The real apt and dpkg are in the lab; no host there has the others.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.host import common
from agent.host.apply import apply
from agent.host.common import HostError
from agent.host.installed_packages import installed
from agent.host.packages import install
from agent.host.read import read

Program = Callable[[str, str], None]
DPKG = r"printf 'postfix\tinstalled\t3.7.11-0\nexim4\tconfig-files\t4.96\n'; exit 1"
RPM = r"""case "$*" in
    *whatprovides*) echo 'no package provides server(smtp)'; exit 1 ;;
    *) printf 'package exim4 is not installed\npostfix\tinstalled\t3.7.2-4.amzn2023\n'; exit 1 ;;
esac"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a shell script where a host's programs are; nothing else is there."""
    monkeypatch.setitem(common._ENVIRONMENT, "PATH", str(tmp_path))

    def put(name: str, script: str) -> None:
        path = tmp_path / name
        path.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/{name}.calls\n{script}\n')
        path.chmod(0o755)

    return put


def calls(tmp_path: Path, name: str) -> list[str]:
    path = tmp_path / f"{name}.calls"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize(
    ("name", "script", "version"),
    [("dpkg-query", DPKG, "3.7.11-0"), ("rpm", RPM, "3.7.2-4.amzn2023")],
)
def test_what_is_really_installed(program: Program, name: str, script: str, version: str) -> None:
    program(name, script)
    assert installed(["exim4", "postfix"]) == {"exim4": None, "postfix": version}


def test_a_debian_that_has_rpm_is_asked_by_dpkg(program: Program) -> None:
    program("dpkg-query", DPKG)
    program("rpm", RPM)
    assert installed(["postfix"])["postfix"] == "3.7.11-0"


def test_a_system_with_neither_can_still_be_read_and_then_refused(program: Program) -> None:
    assert installed(["postfix"]) == {"postfix": None}


def test_dnf_installs_at_once_and_no_weak_dependency(program: Program, tmp_path: Path) -> None:
    program("rpm", RPM)
    program("dnf", "")
    install("dnf", ["postfix"])
    (call,) = calls(tmp_path, "dnf")
    assert "--setopt=install_weak_deps=False" in call
    assert "--allowerasing" not in call
    assert call.endswith("install -- postfix")


def test_dnf_fetches_its_lists_anew_when_it_fails(program: Program, tmp_path: Path) -> None:
    program("dnf", 'case "$*" in *--refresh*) exit 0 ;; esac; echo "Error: stale" >&2; exit 1')
    install("dnf", ["cyrus-sasl-plain"])
    assert len(calls(tmp_path, "dnf")) == 2


def test_what_dnf_says_is_the_reason(program: Program) -> None:
    program("dnf", 'echo "Error: Unable to find a match: nosuch" >&2; exit 1')
    with pytest.raises(HostError, match="cannot install nosuch: Error: Unable to find a match"):
        install("dnf", ["nosuch"])


@pytest.mark.parametrize(("manager", "name"), [("apt", "apt-get"), ("dnf", "dnf")])
def test_an_installation_may_take_longer_than_other_commands(
    program: Program, monkeypatch: pytest.MonkeyPatch, manager: str, name: str
) -> None:
    limits = {}

    def limit(what: str, seconds: float) -> float:
        limits[what] = seconds
        return 30

    monkeypatch.setattr(common, "time_for", limit)
    for known in (name, "debconf-set-selections"):
        program(known, "exit 0")
    install(manager, ["cyrus-sasl-plain"])
    assert limits[name] == common.WORK_WITH_PACKAGES


def test_another_mail_server_is_left_alone(program: Program, tmp_path: Path) -> None:
    program("rpm", "echo sendmail-8.17.1-4.amzn2023.0.3.x86_64")
    program("dnf", "")
    with pytest.raises(
        HostError, match=r"found the mail server sendmail-8.17.1-4.* remove it first"
    ):
        install("dnf", ["cyrus-sasl-plain", "postfix"])
    assert calls(tmp_path, "dnf") == []


def test_what_a_package_brings_along_is_nobodys_configuration(
    program: Program, tmp_path: Path
) -> None:
    """A first run that is refused leaves no main.cf, which the next would take for somebody's."""
    root = tmp_path / "root"
    managed = [{"path": f"/etc/postfix/{name}.cf", "secret": False} for name in ("main", "master")]
    (root / "etc/postfix").mkdir(parents=True)
    (root / "etc/postfix/master.cf").write_text("somebody's\n")
    program("rpm", RPM)
    program("dnf", f"echo shipped >{root}/etc/postfix/main.cf")
    asked = {"files": managed, "packages": [], "units": [], "previous": False}
    before = read(asked, str(root))
    request = {"expected": before["state"], "by": "ops@laptop", "managed": managed,
               "manager": "dnf", "packages": ["postfix"], "files": [], "absent": [],
               "certificate": None, "nexthops": [], "load": None, "canary": None,
               "units": {"reload": False, "disable": [], "enable": [], "restart": []}}  # fmt: skip
    apply(request, str(root))
    assert read(asked, str(root))["files"] == before["files"]
