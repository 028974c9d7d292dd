"""Installing with apt on a host where packages are in trouble, or somebody else installs some."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.host import common
from agent.host.common import HostError
from agent.host.packages import install

Program = Callable[[str, str], None]
HELD = """\
import fcntl, sys, time
with open(sys.argv[1], "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""
QUERY = r"printf 'postfix\t%s\t3.7\n' $(cat {}/status)"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a shell script where a host's programs are, beside the ones that apt works with."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setitem(common._ENVIRONMENT, "PATH", f"{programs}:/usr/bin:/bin")

    def put(name: str, script: str) -> None:
        path = programs / name
        path.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/{name}.calls\n{script}\n')
        path.chmod(0o755)

    (tmp_path / "status").write_text("not-installed")
    put("debconf-set-selections", "cat >/dev/null")
    put("dpkg", "")
    put("dpkg-query", QUERY.format(tmp_path))
    return put


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that stands for dpkg's lock."""
    from agent.host import package_lock

    path = tmp_path / "lock-frontend"
    path.touch()
    monkeypatch.setattr(package_lock, "LOCKED_FILES", (str(tmp_path / "none"), str(path)))
    monkeypatch.setattr(package_lock, "PROCESS_FILES", (str(tmp_path / "dnf.pid"),))
    return path


@contextmanager
def held(path: Path, seconds: float) -> Iterator[int]:
    """Somebody else has the lock meanwhile."""
    command = [sys.executable, "-c", HELD, str(path), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.mark.case("hosts-32")
def test_dpkg_asks_nothing(program: Program) -> None:
    program("apt-get", 'case "$*" in *--force-confdef*--force-confold*) exit 0 ;; esac; exit 100')
    install("apt", ["postfix"])


@pytest.mark.case("hosts-32")
def test_half_installed_packages_are_completed_first(
    program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program("dpkg", f"touch {tmp_path}/completed")
    program(
        "apt-get",
        f"""test -e {tmp_path}/completed && exit 0
        echo "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct" >&2
        exit 100""",
    )
    install("apt", ["postfix"])
    assert "configured the packages that an interrupted" in capsys.readouterr().out
    assert "--force-confold --configure -a" in (tmp_path / "dpkg.calls").read_text()


@pytest.mark.case("hosts-32")
def test_what_cannot_be_completed_is_named(program: Program) -> None:
    said = "dpkg: error processing package bad (--configure):\\n subprocess returned error 3\\n"
    program("dpkg", f'printf "{said}" >&2; exit 1')
    program("apt-get", "echo 'E: dpkg was interrupted' >&2; exit 100")
    with pytest.raises(HostError, match=r"processing package bad.*error 3; no live file was"):
        install("apt", ["postfix"])


def test_dpkgs_own_reason_is_shown(program: Program) -> None:
    said = (
        "Setting up x\\ndpkg: error processing package x (--install):\\n no space\\nE: Sub-process"
    )
    program("apt-get", f'printf "{said}" >&2; exit 100')
    with pytest.raises(
        HostError, match=r"^cannot install postfix: dpkg: error .*; no space; E: Sub"
    ):
        install("apt", ["postfix"])


def test_another_packages_trouble_is_a_warning(
    program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """apt-get fails as long as any package can't be configured, with ours in place."""
    program("apt-get", f"printf installed >{tmp_path}/status; echo 'E: Sub-process' >&2; exit 100")
    install("apt", ["postfix"])
    assert "warning: packages that this policy does not need" in capsys.readouterr().out


@pytest.mark.case("hosts-33")
@pytest.mark.parametrize("manager", ["apt", "dnf"])
def test_who_is_waited_for_is_said_at_once(
    program: Program, lock: Path, capsys: pytest.CaptureFixture[str], manager: str
) -> None:
    for name in ("apt-get", "dnf"):
        program(name, "")
    program("rpm", "exit 1")
    with held(lock, 2) as process:
        began = time.monotonic()
        install(manager, ["postfix"])
    assert time.monotonic() - began > 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("waiting: python")
    assert f"(process {process}) is installing packages here" in said[0]
    assert [line for line in said if line.startswith("waiting: ")] == said[:1]


@pytest.mark.case("hosts-33")
def test_waiting_ends_and_names_the_holder(
    program: Program, lock: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The bound is one for all commands of an installation."""
    monkeypatch.setattr("agent.host.apt.LOCK_WAIT", 1)
    program("apt-get", "")
    with (
        held(lock, 30) as process,
        pytest.raises(HostError, match=rf"process {process}\) is installing packages on this host"),
    ):
        install("apt", ["postfix"])
    assert not (tmp_path / "apt-get.calls").exists()


def test_dnf_names_its_process_in_a_file(program: Program, lock: Path, tmp_path: Path) -> None:
    from agent.host.package_lock import package_holder

    assert package_holder() is None
    (tmp_path / "dnf.pid").write_text("999999999")
    assert package_holder() is None
    with subprocess.Popen(["sleep", "30"]) as process:
        (tmp_path / "dnf.pid").write_text(str(process.pid))
        assert package_holder() == f"sleep (process {process.pid})"
        process.kill()


@pytest.mark.parametrize("manager", ["apt", "dnf"])
def test_an_installation_is_given_the_time_that_it_takes(
    program: Program, monkeypatch: pytest.MonkeyPatch, manager: str
) -> None:
    """Longer than other commands: one that is killed leaves packages half installed."""
    monkeypatch.setattr(common.run, "__kwdefaults__", {"given": "", "seconds": 3.0})
    for name in ("apt-get", "dnf"):
        program(name, "sleep 4")
    program("rpm", "exit 1")
    install(manager, ["postfix"])
