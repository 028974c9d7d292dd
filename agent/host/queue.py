"""The mail in Postfix's queue, as Postfix lists it."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.host.common import HostError, one_line, run, seconds_left

QUEUE = "/var/spool/postfix"
HOLD, DEFERRED, MAILDROP = "hold", "deferred", "maildrop"
_QUEUES = ("incoming", "active", DEFERRED, HOLD)
NULL_SENDER = ""
_SHOWN_NULL = "MAILER-DAEMON"  # showq(8), empty_address_recipient
_KEPT_FREE = 15.0  # seconds of a run, for what is done with a listing
_TAKING_IN, _PAUSE_OF_PICKUP = 6.0, 0.2


@dataclass(frozen=True)
class Message:
    """`sender` is empty for bounces and notices; `arrived` is in seconds since the epoch;
    `recipients` are those that it was not delivered to yet, each with the reason if it is known."""

    queue: str
    id: str
    sender: str
    size: int
    arrived: int
    recipients: tuple[tuple[str, str], ...]


def queue_ids(root: str, *queues: str) -> set[str]:
    """The ids of all messages in these queues; by default those that Postfix delivers from, and
    hold. Cheap even with 100,000 messages."""
    return {name for queue in queues or _QUEUES for name in _names_in(root, queue)}


def anything_waits(root: str) -> bool:
    """Whether any message is queued, including those that pickup(8) has not fetched yet."""
    return any(True for queue in (MAILDROP, *_QUEUES) for _ in _names_in(root, queue))


def _names_in(root: str, queue: str) -> Iterator[str]:
    """Some queues have subdirectories. A queue that can't be read does not count as empty."""

    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # as where there is no Postfix yet
            raise error

    for _, _, names in os.walk(f"{root}{QUEUE}/{queue}", onerror=fail):
        yield from names


def listed(seconds: float, most: int) -> tuple[list[Message], bool]:
    """At most `most` of the messages that Postfix lists within this time, or within what is left of
    the run; and whether these are all."""
    seconds = min(seconds, seconds_left() - _KEPT_FREE)
    if seconds <= 0:
        return [], False
    began = time.monotonic()
    listing = f"timeout {seconds:.1f} postqueue -j | head -n {most}"
    lines = run("sh", "-c", listing).stdout.splitlines()
    complete = len(lines) < most and time.monotonic() - began < seconds
    return list(_messages(lines)), complete


def _messages(lines: Iterable[str]) -> Iterator[Message]:
    for line in lines:
        try:
            found = json.loads(line)
            sender = found["sender"]
            yield Message(
                queue=found["queue_name"],
                id=found["queue_id"],
                sender=NULL_SENDER if sender == _SHOWN_NULL else sender,
                size=found["message_size"],
                arrived=found["arrival_time"],
                recipients=tuple(
                    (to["address"], to.get("delay_reason", "")) for to in found["recipients"]
                ),
            )
        except (ValueError, KeyError, TypeError):
            continue  # cut off by the time limit


def at_work(root: str, queue_id: str) -> bool:
    """Whether a delivery that had begun when a message was put on hold is still running: delivery
    agents lock the file. Also True when the message is gone."""
    try:
        with open(f"{root}{QUEUE}/{HOLD}/{queue_id}", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError):
        return True
    return False


def supervise(option: str, ids: Iterable[str], *queues: str) -> None:
    """Run postsuper(1) with this option for these messages; it skips those that have left
    meanwhile. Raises HostError when it fails."""
    names = "".join(f"{name}\n" for name in ids)
    if not names:
        return
    answer = run("postsuper", option, "-", *queues, given=names)
    if answer.returncode != 0:
        words = one_line(answer.stderr) or "no message, see Postfix's log"
        raise HostError(f"`postsuper {option}` ended with status {answer.returncode}: {words}")


def taken_in(root: str) -> bool:
    """Let pickup(8) process what is in maildrop now; returns whether it did. It can't while a
    milter is down."""
    before = _complete_in_maildrop(root)
    until = time.monotonic() + min(_TAKING_IN, seconds_left() - _KEPT_FREE)
    while before:
        run("postkick", "public", "pickup", "W")
        time.sleep(_PAUSE_OF_PICKUP)
        before &= _complete_in_maildrop(root)
        if time.monotonic() > until:
            break
    return not before


def _complete_in_maildrop(root: str) -> set[str]:
    """Complete files: postdrop(1) makes a file executable once it is written."""
    found = set()
    for name in _names_in(root, MAILDROP):
        try:
            mode = os.stat(f"{root}{QUEUE}/{MAILDROP}/{name}").st_mode
        except FileNotFoundError:  # taken in meanwhile
            continue
        if mode & stat.S_IXUSR:
            found.add(name)
    return found
