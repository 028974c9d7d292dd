"""A failure at each structural point of an apply, under load: the host is as it was before, nothing
is lost or bounced, and the next apply converges."""

import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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

# Python tells an audit hook of each step (PEP 578); what the hook raises, the step raises.
FAILS = """
import errno as _errno, os as _os, sys as _sys

_failed = []

def _fail(step, found):
    if _failed or step != "{step}":
        return
    subject = found[1] if step in ("subprocess.Popen", "os.rename") else found[0]
    subject = " ".join(subject) if step == "subprocess.Popen" else str(subject)
    if {pattern!r} in subject:
        _failed.append(subject)
        raise OSError(_errno.EIO, "Input/output error", subject)

_sys.addaudithook(_fail)
"""


@dataclass(frozen=True)
class Point:
    """The step that fails: the call, and what is in its subject; of a renaming the desired."""

    name: str
    step: str
    pattern: str
    said: str = "this host was rolled back to what worked before"

    @property
    def prelude(self) -> str:
        return FAILS.format(step=self.step, pattern=self.pattern)


POINTS = [
    Point("install", "subprocess.Popen", "apt-get", "Input/output error"),
    Point("first put", "os.rename", "/etc/mailfleet/emergency.json"),
    Point("main.cf", "os.rename", "/etc/postfix/main.cf"),
    Point("units", "subprocess.Popen", "systemctl --quiet restart check-mail-logs.timer"),
    Point("load", "subprocess.Popen", "postfix reload"),
    Point("canary", "subprocess.Popen", "sendmail -f"),
    Point("remove", "os.remove", "/etc/postfix/fallback_"),
]


@dataclass(frozen=True)
class Walk:
    fleet: Fleet
    relay: str
    ways: Sequence[Desired]

    def go(self) -> None:
        assert self.apply(self.ways[0]) == (0, "")
        for point in POINTS:
            # the second has none of the first one's fall-backs
            old, new = self.ways
            before = self.fleet.fingerprint(self.relay)
            status, said = self.apply(new, point)
            assert status == 1, point
            assert "Input/output error" in said, point
            assert point.said in said, point
            assert self.changes(old) == (), point
            assert self.fleet.fingerprint(self.relay) == before, point
            self.fleet.ssh(self.relay, GREETING)
            assert self.fleet.ssh(self.relay, LEFT_OVER) == "", point
            assert self.apply(new) == (0, ""), point
            assert self.changes(new) == (), point
            assert self.apply(old) == (0, ""), point

    def apply(self, desired: Desired, point: Point | None = None) -> tuple[int, str]:
        found = state(self.fleet, self.relay, desired)
        request = apply_request(desired, found, "walk@test", (NOREPLY, SIMULATOR))
        if point and point.name == "install":
            request = {**request, "packages": ["postfix"]}
        text = program("apply", request).encode().decode()
        head, first, rest = text.partition("from __future__ import annotations\n")
        done = ask(self.fleet, self.relay, f"{head}{first}{point.prelude if point else ''}{rest}")
        return done.returncode, done.stderr

    def changes(self, desired: Desired) -> Sequence[object]:
        return plan(self.relay, desired, state(self.fleet, self.relay, desired))


@contextmanager
def load(fleet: Fleet, relays: Sequence[str], sent: set[str]) -> Iterator[None]:
    """Two mails a second on each relay meanwhile; their subjects are in `sent` afterwards."""
    senders = {
        relay: subprocess.Popen(
            fleet.lab.ssh_command(relay, f"python3 -c '{LOAD}' fault-{relay}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for relay in relays
    }
    yield
    for relay, sender in senders.items():
        number = int(sender.communicate(timeout=60)[0])
        sent.update(f"fault-{relay} {n}" for n in range(number))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.case("hosts-8")
@pytest.mark.case("hosts-9")
def test_a_failure_at_each_point_of_an_apply(deployed: Fleet, tmp_path: Path) -> None:
    fleet, sent = deployed, set[str]()
    relays = ["relay1", "relay3"]  # a Debian 12 and a Debian 13
    there_and_back = ways(fleet, tmp_path)
    walks = [Walk(fleet, relay, there_and_back) for relay in relays]
    with load(fleet, relays, sent), ThreadPoolExecutor(len(walks)) as threads:
        list(threads.map(Walk.go, walks))
    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []
    assert len(sent) > 2 * len(POINTS)
    for relay in relays:
        fleet.ssh(relay, "postqueue -f")
        assert wait_until(lambda r=relay: not fleet.queued(r), 60)  # type: ignore[misc]
        assert fleet.returned(relay) == []
    assert sent <= {subject_of(mail) for mail in fleet.control.mail()}
