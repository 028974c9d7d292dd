"""Each step that leads out of a function, made to fail in turn.

Python tells an audit hook of each of them (PEP 578), and what the hook raises the step raises.
"""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent.host import common

ERRORS = (errno.EIO, errno.EBUSY, errno.ENOSPC, errno.EPERM)
COMMANDS = ("fails", "fails late", "hangs")
_CALLS = (
    "open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod",
    "os.chown", "os.utime", "os.listdir", "os.scandir",
)  # fmt: skip
_READS = ("os.listdir", "os.scandir")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STAGE = "/var/lib/mailfleet/stage"
_current: list["Watch"] = []


@dataclass
class Watch:
    """Counts the steps below `root`, and commands; that number `at`, from 1, has the `fault`."""

    root: str
    at: int = 0
    fault: int | str | None = None
    steps: list[tuple[str, str]] = field(
        default_factory=list
    )  # "read", "call" or "command", and what
    _kinds: frozenset[str] = frozenset()

    def call(self, event: str, subject: str, *, reads: bool = False) -> None:
        if not subject.startswith(self.root):
            return
        if STAGE in subject and not self._is_first(event):
            return
        self.steps.append(("read" if reads else "call", f"{event} {subject[len(self.root) :]}"))
        if len(self.steps) == self.at and isinstance(self.fault, int):
            raise OSError(self.fault, os.strerror(self.fault), subject)

    def _is_first(self, event: str) -> bool:
        """Of the staging directory, which nothing live depends on, one step of each kind counts."""
        self._kinds, known = self._kinds | {event}, self._kinds
        return event not in known

    def command(self, command: Any) -> str | None:
        """The fault of this command, if it is the one."""
        self.steps.append(("command", " ".join(command)))
        here = len(self.steps) == self.at and isinstance(self.fault, str)
        return str(self.fault) if here else None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _current and event in _CALLS:
        first = arguments[0]
        if isinstance(first, int):
            try:
                first = os.readlink(f"/proc/self/fd/{first}")
            except OSError:
                return
        reads = event in _READS or (event == "open" and not arguments[2] & _WRITES)
        _current[-1].call(event, os.fsdecode(first or "."), reads=reads)


@contextmanager
def watched(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if _hook not in _installed:
        sys.addaudithook(_hook)
        _installed.append(_hook)

    def fsync(descriptor: int) -> None:
        watch.call("fsync", os.readlink(f"/proc/self/fd/{descriptor}"))

    with monkeypatch.context() as patches:
        patches.setattr(os, "fsync", fsync)
        patches.setattr(common, "_started", _starting(watch))
        patches.setattr(common, "time_for", _time(watch))
        _current.append(watch)
        try:
            yield
        finally:
            _current.pop()


def _time(watch: Watch) -> Callable[[str, float], float]:
    """A command that hangs is given up at once."""
    real = common.time_for

    def time_for(what: str, seconds: float) -> float:
        hangs = watch.fault == "hangs" and len(watch.steps) + 1 == watch.at
        return 0.1 if hangs else real(what, seconds)

    return time_for


_installed: list[Callable[..., None]] = []


def _starting(watch: Watch) -> Callable[..., "subprocess.Popen[bytes]"]:
    """Start a command, or one in its place that fails, or does so after all, or never ends."""
    real = common._started

    def started(command: tuple[str, ...], **streams: Any) -> "subprocess.Popen[bytes]":
        fault = watch.command(command)
        if fault == "fails":
            command = ("false",)
        elif fault == "fails late":
            command = ("sh", "-c", '"$@" >/dev/null; exit 1', "sh", *command)
        elif fault == "hangs":
            command = ("sleep", "60")
        return real(command, **streams)

    return started


def faults_of(step: tuple[str, str]) -> tuple[int | str, ...]:
    """A read meets no full disk."""
    if step[0] == "command":
        return COMMANDS
    return ERRORS[:1] if step[0] == "read" else ERRORS
