"""Hosts that freeze, are cut off or reboot while a change is under way there."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from lab.machines import is_up
from lab.network import namespace_name
from tests.support.cli import ROOT
from tests.support.fleet import Fleet, wait_until
from tests.support.policies import write_policy
from tests.support.under_way import UnderWay

BEGUN = "Starting operation: Relay | Postfix and monitoring "
THIRD = 1.0
"""Seconds: an apply of one file takes three."""
WITHIN = 90
# In a process of its own, which leaves the host running.
BOOT = """
import sys
from pathlib import Path
from lab.machines import Machine, boot
from lab.state import Lab
directory, name = Path(sys.argv[1]), sys.argv[2]
lab = Lab.load(directory)
number, relay = next((n, r) for n, r in enumerate(lab.relays, 1) if r.name == name)
home = directory / "machines" / name
boot(Machine(lab.name, name, number, relay.address, relay.release, home))
"""
NOT_SENT = "nothing had been sent to it, so it is as it was"
MAY_HAVE = "the change had been sent; the host completes it or rolls it back"


def processes(fleet: Fleet, relay: str) -> list[int]:
    """All processes of the relay, as this machine numbers them."""
    name = namespace_name(fleet.lab.name, relay)
    found = subprocess.run(["ip", "netns", "pids", name], capture_output=True, check=True)
    return [int(pid) for pid in found.stdout.split()]


def signal_ssh(fleet: Fleet, relay: str, number: signal.Signals) -> None:
    """To the SSH server and all its sessions."""
    for pid in processes(fleet, relay):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            if Path(f"/proc/{pid}/comm").read_text().startswith("sshd"):
                os.kill(pid, number)


def is_init(pid: int) -> bool:
    """Whether it is the first process of its host; one that has ended meanwhile is not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        status = Path(f"/proc/{pid}/status").read_text()
        return bool(re.search(r"^NSpid:.*\t1$", status, re.MULTILINE))
    return False


def said_of(relay: str, output: str) -> str:
    return "\n".join(line for line in output.splitlines() if line.lstrip().startswith(f"[{relay}]"))


@contextmanager
def frozen(fleet: Fleet, relay: str) -> Iterator[None]:
    try:
        signal_ssh(fleet, relay, signal.SIGSTOP)
        yield
    finally:
        signal_ssh(fleet, relay, signal.SIGCONT)


@contextmanager
def cut_off(fleet: Fleet, relay: str) -> Iterator[None]:
    with fleet.dead(relay):
        yield
    assert wait_until(lambda: is_up(fleet.lab.ssh, fleet.address(relay)), 60)


@contextmanager
def rebooted(fleet: Fleet, relay: str) -> Iterator[None]:
    """Its power fails; at the end it is up again."""
    (init,) = (pid for pid in processes(fleet, relay) if is_init(pid))
    os.kill(init, signal.SIGKILL)
    try:
        yield
    finally:
        assert wait_until(lambda: not processes(fleet, relay), 30)
        boot = [sys.executable, "-c", BOOT, str(fleet.directory), relay]
        subprocess.run(boot, cwd=ROOT, check=True)
        assert wait_until(lambda: is_up(fleet.lab.ssh, fleet.address(relay)), 60)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.case("hosts-13")
@pytest.mark.parametrize(
    ("happens", "seen", "connections"),  # each another policy, whatever became of the one before
    [
        (frozen, "no answer for 30 s, so the host is frozen or cut off", 31),
        (cut_off, "no answer for 30 s, so the host is frozen or cut off", 32),
        (rebooted, "the SSH connection was lost", 33),
    ],
)
def test_at_each_third_of_an_apply(
    deployed: Fleet,
    tmp_path: Path,
    happens: Callable[[Fleet, str], ExitStack],
    seen: str,
    connections: int,
) -> None:
    policy = write_policy(tmp_path, ses=f", connections={connections}")
    run = UnderWay(deployed, "-y", "--data", "rollout=all", policy=policy)
    run.wait_for(BEGUN)
    with ExitStack() as gone:
        started = time.monotonic()
        for relay in deployed.relays:
            time.sleep(THIRD / 3)
            gone.enter_context(happens(deployed, relay))
            time.sleep(THIRD * 2 / 3)
        ended = run.end()
        seconds = time.monotonic() - started
        assert seconds < WITHIN
        assert ended.status == 1, ended.output
        assert "Traceback" not in ended.output
        said = [said_of(relay, ended.output) for relay in deployed.relays]
        # the first may not have got it yet, and the last may have been through
        assert NOT_SENT in said[0] or f"{seen}: {MAY_HAVE}" in said[0], ended.output
        assert f"{seen}: {MAY_HAVE}" in said[1], ended.output
        assert f"{seen}: {MAY_HAVE}" in said[2] or said[2].endswith("Success"), ended.output
        print(f"{happens.__name__}: ended after {seconds:.0f} s")
    for relay in deployed.relays:
        deployed.ssh(relay, "flock --wait 90 /var/lib/mailfleet/lock true")
    again = deployed.deploy("-y", policy=policy)
    assert again.status == 0, again.output
    assert deployed.plan(policy=policy) == []
    assert deployed.deploy("-y").status == 0


@pytest.mark.case("hosts-13")
def test_a_frozen_host_is_not_waited_for_when_a_run_begins(deployed: Fleet) -> None:
    with frozen(deployed, "relay2"):
        started = time.monotonic()
        run = deployed.deploy("--dry")
        assert time.monotonic() - started < WITHIN
    assert run.status == 1
    said = said_of("relay2", run.output)
    assert "its SSH server does not answer: the host is frozen or overloaded; nothing had " in said
    assert "Traceback" not in run.output


@pytest.mark.case("hosts-35")
def test_what_log_in_shells_print_is_no_answer(deployed: Fleet) -> None:
    noise = 'trap "echo Bye; echo Bye >&2" EXIT; printf Welcome; set -x'
    profile = "/home/admin/.bashrc"
    kept = f"{profile}.before"
    change = f"mv {profile} {kept}; (cat; cat {kept}) > {profile}"
    deployed.ssh("relay1", change, f"{noise}\n")
    try:
        assert "Bye" in deployed.ssh("relay1", "true")
        assert deployed.plan() == []
    finally:
        deployed.ssh("relay1", f"mv {kept} {profile}")
