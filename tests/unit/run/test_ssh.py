"""What a run says of a host that freezes, goes away or never ends, seen from outside.

The servers are toys on loopback; tests/lab/test_gone_hosts.py has real hosts.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.support.cli import ROOT, Run, command, pyinfra
from tests.support.ssh_server import SshServer, ssh_server, toy_inventory

PATIENCE = ("--data", "answers_within=1")
APPLY = """
from pyinfra import host
from pyinfra.api.operation import operation

from mailfleet.run.commands import HostCommand
from mailfleet.relay.agent import UNFINISHED

@operation()
def change():
    yield HostCommand("cat; touch {begun}; sleep {seconds}", "text", within={within},
                      unfinished=UNFINISHED["apply"], notice="installs postfix: up to 15 minutes")

@operation()
def change_more():
    yield HostCommand("true", "text", within=2, unfinished=UNFINISHED["apply"])

change(name="Change")
"""
UNREAD = """
from pyinfra.api.operation import operation

from mailfleet.run.commands import HostCommand

@operation()
def change():
    yield HostCommand("echo sudo: a password is needed >&2; exit 1", "text " * 2000000, within=20,
                      unfinished="it may be half done")

change(name="Change")
"""
READ = """
from pyinfra import host
from mailfleet.relay.facts import read_state
from mailfleet.relay.tree import desired_host
from tests.support.relay_policy import policy

found = read_state(host, desired_host(policy(), {}))
print("found", found)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    with ssh_server(tmp_path) as server:
        yield server


class UnderWay:
    """A run that has begun something on its host."""

    def __init__(self, inventory: Path, *arguments: str, begun: Path) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            command(inventory, *PATIENCE, *arguments),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while not begun.exists():
            assert self._process.poll() is None, self._process.communicate()[0]
            assert time.monotonic() < self._started + 20
            time.sleep(0.05)

    def end(self, within: float = 15) -> Run:
        try:
            output, _ = self._process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            output, _ = self._process.communicate()
            pytest.fail(f"the run was still waiting after {within} s: {output}", pytrace=False)
        assert "Traceback" not in output
        return Run(self._process.returncode, output)


def begin(server: SshServer, tmp_path: Path, seconds: int = 40) -> UnderWay:
    begun = tmp_path / "begun"
    shell = f"touch {begun}; sleep {seconds}"
    return UnderWay(server.inventory, "-y", "exec", "--", shell, begun=begun)


def begin_change(server: SshServer, tmp_path: Path, within: int = 60) -> UnderWay:
    begun, deploy = tmp_path / "begun", tmp_path / "change.py"
    deploy.write_text(APPLY.format(begun=begun, seconds=40, within=within))
    return UnderWay(server.inventory, "-y", str(deploy), begun=begun)


@pytest.mark.case("hosts-13")
def test_a_host_that_freezes_is_noticed(server: SshServer, tmp_path: Path) -> None:
    run = begin(server, tmp_path)
    server.freeze()
    ended = run.end()
    assert ended.status == 1
    assert "[toy] no answer for 1 s, so the host is frozen or cut off: " in ended.output


@pytest.mark.case("hosts-13")
def test_a_session_that_drops_says_so(server: SshServer, tmp_path: Path) -> None:
    run = begin(server, tmp_path)
    server.kill()
    ended = run.end()
    assert ended.status == 1
    assert "[toy] the SSH connection was lost: " in ended.output


def test_a_change_that_is_cut_off_says_what_may_have_happened(
    server: SshServer, tmp_path: Path
) -> None:
    run = begin_change(server, tmp_path)
    server.freeze()
    ended = run.end()
    assert ended.status == 1
    assert "installs postfix: up to 15 minutes" in ended.output
    said = "frozen or cut off: the change had been sent; the host completes it or rolls it back"
    assert said in ended.output


def test_a_change_that_does_not_end_in_time(server: SshServer, tmp_path: Path) -> None:
    ended = begin_change(server, tmp_path, within=1).end()
    assert ended.status == 1
    assert "[toy] it did not end within 1 s: the change had been sent" in ended.output


@pytest.mark.case("hosts-13")
def test_a_host_that_is_frozen_from_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        inventory = toy_inventory(tmp_path, silent.getsockname()[1])
        ended = pyinfra(inventory, "-y", "exec", "--", "true", timeout=60)
    assert ended.status != 0
    assert "its SSH server does not answer: the host is frozen" in ended.output
    assert "nothing had been sent to it, so it is as it was" in ended.output
    assert "Traceback" not in ended.output


@pytest.mark.case("hosts-13")
def test_a_host_that_freezes_while_it_is_read(server: SshServer, tmp_path: Path) -> None:
    """Its python3 is one that never answers."""
    begun, deploy, fake = tmp_path / "begun", tmp_path / "read.py", tmp_path / "python3"
    deploy.write_text(READ)
    fake.write_text(f"#!/bin/sh\ncat >/dev/null\ntouch {begun}\nsleep 40\n")
    fake.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    server.inventory.write_text(
        server.inventory.read_text() + f'_env = {{"PATH": "{path}"}}\n'
        'toys = [(name, {**data, "_env": _env}) for name, data in toys]\n'
    )
    run = UnderWay(server.inventory, "-y", str(deploy), begun=begun)
    server.freeze()
    ended = run.end()
    assert ended.status == 1
    assert "frozen or cut off: it was only read, and nothing was changed" in ended.output
    assert "\nfound " not in ended.output


def test_a_command_that_reads_nothing_says_why(server: SshServer, tmp_path: Path) -> None:
    """As sudo does without a password, while a long program is still on its way."""
    deploy = tmp_path / "change.py"
    deploy.write_text(UNREAD)
    ended = pyinfra(server.inventory, "-y", str(deploy), timeout=40)
    assert ended.status == 1
    assert "[toy] sudo: a password is needed" in ended.output
    assert "Socket is closed" not in ended.output
    assert "Traceback" not in ended.output


def test_what_is_no_number_of_seconds_is_named(tmp_path: Path) -> None:
    inventory = toy_inventory(tmp_path, 1)
    for value in ("soon", "0"):
        ended = pyinfra(inventory, "-y", "--data", f"answers_within={value}", "exec", "--", "true")
        assert ended.status != 0
        assert "answers_within: found " in ended.output
        assert "expected 1 to 3600 seconds" in ended.output
        assert "Traceback" not in ended.output


@pytest.mark.case("hosts-33")
def test_notices_come_while_the_host_is_at_work(server: SshServer, tmp_path: Path) -> None:
    """And bytes that are no UTF-8, of a log-in message, end nothing."""
    script = tmp_path / "slow.sh"
    script.write_text("printf '\\377\\n'; echo waiting: another apt; sleep 2; echo end\n")
    process = subprocess.Popen(
        command(server.inventory, "-y", "exec", "--", f"sh {script}"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    before = "".join(
        takewhile(lambda line: "[toy] waiting: another apt" not in line, process.stderr)
    )
    shown = time.monotonic()
    rest = process.stderr.read()
    assert process.wait() == 0, before + rest
    assert time.monotonic() - shown > 1.5
    assert "Traceback" not in before + rest
    assert "waiting: " not in rest
