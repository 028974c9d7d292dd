"""Waiting for other processes that install packages."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator

from agent.host.common import HostError, say

# apt and dpkg lock these (apt-get(8), dpkg(1)); rpm the last two. All are locks of fcntl(2), for
# which the kernel tells the holder's process.
LOCKED_FILES = (
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/lock",
    "/var/lib/apt/lists/lock",
    "/var/cache/apt/archives/lock",
    "/var/lib/rpm/.rpm.lock",
    "/usr/lib/sysimage/rpm/.rpm.lock",
)
# dnf writes its process into these (dnf/lock.py).
PROCESS_FILES = (
    "/var/lib/dnf/rpmdb_lock.pid",
    "/var/cache/dnf/metadata_lock.pid",
    "/var/cache/dnf/download_lock.pid",
)
LOCK_WAIT = 120  # seconds in all, however many commands an installation takes
_FLOCK = "hhqqi"  # struct flock of 64-bit Linux: type, whence, start, length, process


def package_holder() -> str | None:
    """The process that is installing packages now, None when there is none."""
    return next((_process(number) for number in _holders() if number != os.getpid()), None)


def until_free(deadline: float, holder: Callable[[], str | None] = package_holder) -> None:
    """Wait until no other process installs packages, and print at once which one that is.

    Raises HostError at `deadline`, by time.monotonic().
    """
    shown = ""
    while found := holder():
        left = deadline - time.monotonic()
        if left <= 0:
            raise HostError(
                f"{found} is installing packages on this host and did not end within "
                f"{LOCK_WAIT} s: deploy again when it has ended; no live file was changed"
            )
        if found != shown:
            say(f"waiting: {found} is installing packages here, for {left:.0f} s at most")
            shown = found
        time.sleep(min(1.0, left))


def _holders() -> Iterator[int]:
    for path in LOCKED_FILES:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, process = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
            if kind != fcntl.F_UNLCK:
                yield process
    for path in PROCESS_FILES:
        with contextlib.suppress(OSError, ValueError), open(path, encoding="ascii") as text:
            process = int(text.read())
            if os.path.exists(f"/proc/{process}"):
                yield process


def _process(number: int) -> str:
    """Its name and number; a process of a container may not be visible."""
    try:
        with open(f"/proc/{number}/comm", encoding="utf-8", errors="replace") as text:
            return f"{text.read().strip()} (process {number})"
    except OSError:
        return "a process that this host's process table does not show"
