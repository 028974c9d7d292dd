"""Queued mail while one configuration replaces another: none of it is returned.

Mail that a configuration does not allow is put on hold and recorded. So it can be told from mail
that an administrator put on hold, and is released by a later configuration that allows it.
"""

from __future__ import annotations

import time
from collections import Counter

from agent.host.common import HostError, run, say, warn
from agent.host.held import REQUEUE, SUBMIT, UNFINISHED, UNJUDGED, held_here, write_held
from agent.host.queue import (
    DEFERRED,
    HOLD,
    Message,
    anything_waits,
    at_work,
    listed,
    queue_ids,
    supervise,
)
from agent.host.rerouting import requeue
from agent.host.resubmit import resubmitted
from agent.host.verdicts import HELD, LEAVES, RENAMED, REWRITTEN, Judge

_LISTING = 12.0  # seconds
_MOST = 200_000
_SUBMITTING = 15.0
_TRIES = 3
_OLD = 86400  # shorter than any queue lifetime in use


class QueuedMail:
    """The queued mail, during one change. `anew`: the rules of the milter have changed, so that it
    must see all of it again."""

    def __init__(self, root: str, anew: bool = False) -> None:
        self._root = root
        self._anew = anew
        self._before = held_here(root)
        self._now: dict[str, str] = {}

    def hold(self, directory: str) -> None:
        """Hold mail that the configuration in `directory` would return, and mail that has to be
        changed before it is sent. Postfix runs the lenient form of it, so nothing is lost
        meanwhile."""
        if not anything_waits(self._root):
            return
        judge = Judge(directory)
        seen: set[str] = set()
        held = dict(self._before)
        for last in (False, False, True):  # including mail that has arrived meanwhile
            waiting = queue_ids(self._root, "incoming", "active", DEFERRED) | held.keys()
            waiting -= seen
            if not waiting:
                break
            messages, complete = listed(_LISTING, _MOST)
            messages = [message for message in messages if message.id in waiting]
            held.update(self._judged(judge, messages))
            seen.update(message.id for message in messages)
            if last or not complete:
                rest = (waiting - seen) & queue_ids(self._root)
                held.update(dict.fromkeys(rest, UNJUDGED))
                seen |= rest
            self._hold(held)
        for why, number in Counter(self._now.values()).most_common():
            if why not in UNFINISHED:
                say(f"put {number} queued messages on hold: {why}")

    def _judged(self, judge: Judge, messages: list[Message]) -> dict[str, str]:
        """The reason to hold, of each message that has one."""
        judge.senders(message.sender for message in messages)
        reasons = ((message.id, self._reason(judge, message)) for message in messages)
        return {name: why for name, why in reasons if why}

    def _reason(self, judge: Judge, message: Message) -> str:
        verdict = judge.message(message)
        if verdict.what == HELD:
            return verdict.why
        rested = message.queue in (DEFERRED, HOLD)
        unseen = (self._anew and rested) or message.id in self._before
        if verdict.what == REWRITTEN or (
            judge.milter and unseen and verdict.what in (LEAVES, RENAMED)
        ):
            return SUBMIT
        aged = message.arrived < time.time() - _OLD
        if verdict.what == RENAMED or message.queue == HOLD or aged:
            return REQUEUE
        return ""

    def _hold(self, held: dict[str, str]) -> None:
        """Record first, then hold, so that a killed run has held nothing that is not recorded.
        Raises HostError when a message is neither on hold nor gone afterwards."""
        new = held.keys() - self._before.keys() - self._now.keys()
        if held != {**self._before, **self._now}:
            write_held(self._root, held)
        self._now.update({name: held[name] for name in new})
        for _ in range(_TRIES):  # a message that moved between queues meanwhile was missed
            supervise("-h", new)
            new &= queue_ids(self._root, "incoming", "active", DEFERRED)
        if new:
            raise HostError(
                f"postsuper did not put {len(new)} messages on hold, among them {min(new)}"
            )

    def back(self) -> None:
        """The old configuration is loaded again: release what was held for the new one."""
        supervise("-H", self._now, HOLD)
        if self._now or self._before:
            write_held(self._root, self._before)

    def move_on(self) -> None:
        """Release what the configuration that is now loaded allows, through its routes and
        rewritten as new mail is. What can't be done in time stays on hold until the next deploy."""
        try:
            if anything_waits(self._root):
                requeue()
                move_on(self._root)
        except (HostError, OSError) as error:
            warn(f"some queued mail is still on hold: {error}; deploy again")


def move_on(root: str) -> None:
    """Requeue or resubmit what is held for that."""
    held = held_here(root)
    _let_go(root, held)
    submit = [name for name, why in held.items() if why == SUBMIT]
    done: list[str] = []
    failed: list[str] = []
    try:
        for name in resubmitted(root, submit, _SUBMITTING, failed):
            done.append(name)
    finally:
        for name in done:
            del held[name]
        for name in failed:  # next time the others come first
            held[name] = held.pop(name)
        if done or failed:
            write_held(root, held)
        if done:
            say(f"submitted {len(done)} queued messages again")
    if len(done) < len(submit):
        warn(f"{len(submit) - len(done)} queued messages stay on hold until the next deploy")


def _let_go(root: str, held: dict[str, str]) -> None:
    """Requeue held mail, whose age then starts again: a long time on hold would have used it up. A
    message whose delivery is still running would be delivered twice; it waits for the next
    deploy."""
    names = [name for name, why in held.items() if why == REQUEUE and not at_work(root, name)]
    if not names:
        return
    supervise("-r", names, HOLD)
    run("postkick", "public", "pickup", "W")
    for name in names:
        del held[name]
    write_held(root, held)
