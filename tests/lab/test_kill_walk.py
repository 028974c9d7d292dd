"""An apply killed before each of its steps in turn: mail flows all the while, none is lost, no
secret lies open, and the next apply converges."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailfleet.relay.agent import program
from mailfleet.relay.operations import SIMULATOR
from mailfleet.relay.plan import plan
from mailfleet.relay.request import apply_request
from mailfleet.relay.tree import Desired
from tests.support.apply_walks import GREETING, LEFT_OVER, LOAD, NOREPLY, ways
from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.host_programs import ask, state

# Stands at the program's beginning: Python tells an audit hook of each step that leads out of it
# (PEP 578). Counted are those that change something, the commands and the connections; a command
# counts twice, before it starts and while it is at work. Of the staging directory, which nothing
# live depends on, only the first of each kind.
DIES = """
import os as _os, signal as _signal, sys as _sys

_STEPS = "os.rename os.chmod os.remove os.mkdir open subprocess.Popen socket.connect"
_counted, _kinds = 0, set()

def _subject(step, found):
    if step == "subprocess.Popen":
        return " ".join(found[1])
    what = found[0]
    return _os.readlink(f"/proc/self/fd/{{what}}") if isinstance(what, int) else str(what)

def _counts(step, found, subject):
    if step in ("subprocess.Popen", "socket.connect"):
        return True
    if step == "open" and (isinstance(found[0], int) or not found[2] & _os.O_ACCMODE):
        return False
    if step in ("os.remove", "os.mkdir") and _os.path.lexists(subject) != (step == "os.remove"):
        return False
    return subject.startswith(("/etc", "/usr", "/var"))

def _watch(step, found):
    global _counted
    if step not in _STEPS.split():
        return
    subject = _subject(step, found)
    if not _counts(step, found, subject):
        return
    if "/var/lib/mailfleet/stage" in subject:
        kind = step + subject.partition(" ")[0] * (step == "subprocess.Popen")
        if kind in _kinds:
            return
        _kinds.add(kind)
    _counted += 1
    if _counted == {step}:
        print(step, subject, flush=True)
        _os.kill(_os.getpid(), _signal.SIGKILL)
    if step == "subprocess.Popen":
        _counted += 1
        if _counted == {step}:
            print("in", subject, flush=True)
            _signal.setitimer(_signal.ITIMER_REAL, 0.02)

_sys.addaudithook(_watch)
"""

# Modes and owners of the files that hold a secret, and of those that will, with their names; the
# secrets come on standard input, because sudo writes its arguments to the journal.
SECRET_FILES = r"""
{ grep -rlF -f - /etc /usr/local /var/lib/mailfleet /tmp /run 2>/dev/null
  find /etc /usr/local /var/lib/mailfleet /tmp /run -type f \
      "(" -name "*sasl_passwd*" -o -name "*emergency.json*" -o -name "*previous*" ")"
} | xargs --no-run-if-empty stat --format="%a %U %n"
"""
# When Postfix last read its configuration, and when a file of it last changed.
LOADED = """
journalctl --quiet --identifier=postfix/master --output=short-unix --lines=1 \
    --grep="^(reload|daemon started) --" | cut --delimiter=" " --fields=1
find /etc/postfix -type f -printf "%C@\n" | sort --numeric-sort | tail --lines=1
"""


@dataclass(frozen=True)
class Walk:
    """From one policy to the other and back, on one relay; every third step is its part."""

    fleet: Fleet
    relay: str
    ways: Sequence[Desired]
    secrets: str  # a line each

    def go(self, step: int) -> list[str]:
        """The steps that it died at: from `step` on, until an apply gets through."""
        died: list[str] = []
        while True:
            desired = self.ways[len(died) % 2]
            killed = self.apply(desired, DIES.format(step=step))
            if killed.returncode == 0:
                return died
            assert "mailfleet:" not in killed.stderr, killed.stderr
            died.append(killed.stdout.splitlines()[-1])
            self.fleet.ssh(self.relay, GREETING)
            found = self.fleet.ssh(self.relay, SECRET_FILES, self.secrets).splitlines()
            assert len(found) > 2
            assert all(file.startswith("600 root ") for file in found), f"{died[-1]}: {found}"
            if self.changes(desired):
                again = self.apply(desired)
                assert again.returncode == 0, f"after {died[-1]}: {again.stderr}"
            assert self.changes(desired) == (), died[-1]
            loaded, changed = map(float, self.fleet.ssh(self.relay, LOADED).split())
            assert loaded > changed, f"after {died[-1]}: Postfix runs what was there before"
            step += len(self.fleet.relays)

    def apply(self, desired: Desired, before: str = "") -> "subprocess.CompletedProcess[str]":
        found = state(self.fleet, self.relay, desired)
        request = apply_request(desired, found, "walk@test", (NOREPLY, SIMULATOR))
        text = program("apply", request).encode().decode()
        head, first, rest = text.partition("from __future__ import annotations\n")
        return ask(self.fleet, self.relay, f"{head}{first}{before}{rest}")

    def changes(self, desired: Desired) -> Sequence[object]:
        return plan(self.relay, desired, state(self.fleet, self.relay, desired))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_apply_that_is_killed_at_every_step(deployed: Fleet, tmp_path: Path) -> None:
    fleet = deployed
    there_and_back = ways(fleet, tmp_path)
    secrets = "\n".join(fleet.secrets())
    walks = [Walk(fleet, relay, there_and_back, secrets) for relay in fleet.relays]
    loads = [
        subprocess.Popen(
            fleet.lab.ssh_command(relay, f"python3 -c '{LOAD}' {relay}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for relay in fleet.relays
    ]
    with ThreadPoolExecutor(len(walks)) as threads:
        died = list(threads.map(Walk.go, walks, range(1, len(walks) + 1)))
    numbers = [int(load.communicate(timeout=60)[0]) for load in loads]
    steps = [step for each in died for step in each]
    for expected in ("os.rename /etc/postfix/.main.cf.mailfleet", "in postfix reload",
                     "os.remove /etc/postfix/fallback_"):  # fmt: skip
        assert any(step.startswith(expected) for step in steps), steps

    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []
    sent = {f"{relay} {n}" for relay, last in zip(fleet.relays, numbers, strict=True)
            for n in range(last)}  # fmt: skip
    assert len(sent) > len(steps)
    for relay in fleet.relays:
        fleet.ssh(relay, "postqueue -f")
        assert wait_until(lambda r=relay: not fleet.queued(r), 60)  # type: ignore[misc]
        assert fleet.returned(relay) == []
        assert fleet.ssh(relay, LEFT_OVER) == ""
    assert sent <= {subject_of(mail) for mail in fleet.control.mail()}
