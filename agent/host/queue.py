"""The mail that waits in Postfix's queue, as Postfix lists it."""

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
    """`sender` is empty for bounces and notices; `arrived` is in seconds of the epoch; `recipients`
    are those to whom it has not been delivered, each with why not, as far as that is known."""

    queue: str
    id: str
    sender: str
    size: int
    arrived: int
    recipients: tuple[tuple[str, str], ...]


def queue_ids(root: str, *queues: str) -> set[str]:
    """The names of all messages in these queues; of those that Postfix delivers from, and of hold,
    when none is given. Cheap, also with 100,000."""
    return {name for queue in queues or _QUEUES for name in _names_in(root, queue)}


def anything_waits(root: str) -> bool:
    """Whether there is a single message, one that pickup(8) has not fetched yet included."""
    return any(True for queue in (MAILDROP, *_QUEUES) for _ in _names_in(root, queue))


def _names_in(root: str, queue: str) -> Iterator[str]:
    """Some queues have directories within. A queue that can't be read is not an empty one."""

    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # as where there is no Postfix yet
            raise error

    for _, _, names in os.walk(f"{root}{QUEUE}/{queue}", onerror=fail):
        yield from names


def listed(seconds: float, most: int) -> tuple[list[Message], bool]:
    """So many messages at most, of what Postfix lists within these seconds, and while the run has
    time for it; and whether that was all."""
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
    """Whether a delivery that was under way when a message was put on hold still is: delivery
    agents lock the file. Also when the message is there no more."""
    try:
        with open(f"{root}{QUEUE}/{HOLD}/{queue_id}", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError):
        return True
    return False


def supervise(option: str, ids: Iterable[str], *queues: str) -> None:
    """Let postsuper(1) do to these messages what the option says; those that have left meanwhile
    it passes over. Raises HostError when it fails."""
    names = "".join(f"{name}\n" for name in ids)
    if not names:
        return
    answer = run("postsuper", option, "-", *queues, given=names)
    if answer.returncode != 0:
        words = one_line(answer.stderr) or "without a word, see Postfix's log"
        raise HostError(f"`postsuper {option}` ended with status {answer.returncode}: {words}")


def taken_in(root: str) -> bool:
    """Let pickup(8) take in what waits in maildrop by now; whether it did. It can't while a milter
    is down."""
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
    """What postdrop(1) still writes, or has left when it was killed, is not executable yet."""
    found = set()
    for name in _names_in(root, MAILDROP):
        try:
            mode = os.stat(f"{root}{QUEUE}/{MAILDROP}/{name}").st_mode
        except FileNotFoundError:  # taken in meanwhile
            continue
        if mode & stat.S_IXUSR:
            found.add(name)
    return found
