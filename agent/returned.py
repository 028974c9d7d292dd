#!/usr/bin/python3 -I
"""Keep /var/mail/returned within its limits of age and, oldest first, of size.

Postfix writes mail there that cannot be sent (the transport "returned"), as the user that this runs
as. At most LARGEST bytes of a message stay: the beginning of a bounce says what failed. A removal
is a warning in the log of the facility mail, which alerts report.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

DIRECTORY = "/var/mail/returned"
LARGEST = (
    1_000_000  # bytes; a bounce has 50,000 of the message (bounce_size_limit), and its headers
)
DAY = 86400
SECONDS_BETWEEN = 1  # it is started for each new message (systemd.path(5)), so it waits
_FOLDERS = ("new", "cur", "tmp")


@dataclass(frozen=True)
class Message:
    path: str
    size: int
    at: float


def tidy(days: int, size: int, directory: str = DIRECTORY) -> Iterator[str]:
    """Bring the directory within its limits, `size` in bytes, and yield what was removed."""
    found = sorted(_messages(directory), key=lambda message: message.at)
    if cut := [message for message in found if message.size > LARGEST]:
        for message in cut:
            with contextlib.suppress(FileNotFoundError):
                os.truncate(message.path, LARGEST)
                os.utime(message.path, (message.at, message.at))
        largest = max(message.size for message in cut)
        yield f"cut {len(cut)} returned messages of up to {largest} bytes after {LARGEST}"
    old = time.time() - days * DAY
    expired = [message for message in found if message.at < old]
    # all old messages, once the first is a day over: one line a day, not one a minute
    if expired and expired[0].at < old - DAY:
        yield _removed(expired, f"older than {days} days")
        found = found[len(expired) :]
    if over := list(_over(found, size)):
        yield _removed(over, f"the oldest of more than {size // 1_000_000} megabytes")


def _messages(directory: str) -> Iterator[Message]:
    for folder in _FOLDERS:
        os.makedirs(f"{directory}/{folder}", mode=0o700, exist_ok=True)
        for entry in os.scandir(f"{directory}/{folder}"):
            # it may have been read and removed meanwhile
            with contextlib.suppress(FileNotFoundError):
                seen = entry.stat(follow_symlinks=False)
                if folder != "tmp" or seen.st_mtime < time.time() - DAY:  # else it is being written
                    yield Message(entry.path, seen.st_size, seen.st_mtime)


def _over(found: list[Message], size: int) -> Iterator[Message]:
    """The oldest messages, until the rest fits."""
    total = sum(min(message.size, LARGEST) for message in found)
    for message in found:
        if total <= size:
            return
        total -= min(message.size, LARGEST)
        yield message


def _removed(messages: list[Message], why: str) -> str:
    for message in messages:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(message.path)
    first = time.strftime("%Y-%m-%d", time.gmtime(messages[0].at))
    return f"removed {len(messages)} returned messages, {why}; the first was of {first}"


def main() -> None:
    os.umask(0o077)
    days, megabytes = map(int, sys.argv[1:])
    for said in tidy(days, megabytes * 1_000_000):
        print(f"<4>warning: {said}", flush=True)
    time.sleep(SECONDS_BETWEEN)


if __name__ == "__main__":
    main()
