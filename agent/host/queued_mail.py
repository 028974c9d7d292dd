"""What waits in the queue while a configuration takes another's place: none of it is returned.

What a configuration does not allow is held, and written down: so it is known from what a person
held, and is let go by itself by a later configuration that allows it.
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
from agent.host.resubmit import submitted_anew
from agent.host.verdicts import HELD, LEAVES, RENAMED, REWRITTEN, Judge

_LISTING = 12.0  # seconds
_MOST = 200_000
_SUBMITTING = 15.0
_TRIES = 3
_OLD = 86400  # nobody's queue lifetime is shorter


class QueuedMail:
    """The mail that waits, during one change. `anew`: the rules of the milter are others now, so
    that it has to see all of it."""

    def __init__(self, root: str, anew: bool = False) -> None:
        self._root = root
        self._anew = anew
        self._before = held_here(root)
        self._now: dict[str, str] = {}

    def hold(self, directory: str) -> None:
        """Hold what the configuration in `directory` would return, and what has to be changed
        before it leaves. Postfix has loaded that one leniently, so nothing is lost meanwhile."""
        if not anything_waits(self._root):
            return
        judge = Judge(directory)
        seen: set[str] = set()
        held = dict(self._before)
        for last in (False, False, True):  # mail that has come in meanwhile, too
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
                say(f"held {number} that waited: {why}")

    def _judged(self, judge: Judge, messages: list[Message]) -> dict[str, str]:
        """Why to hold each of these that can't stay where it is."""
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
        """Written down first: a run that is killed then has held nothing that is not known. Raises
        HostError when one of them is not on hold then, and has not left either."""
        new = held.keys() - self._before.keys() - self._now.keys()
        if held != {**self._before, **self._now}:
            write_held(self._root, held)
        self._now.update({name: held[name] for name in new})
        for _ in range(_TRIES):  # what moved from queue to queue meanwhile was missed
            supervise("-h", new)
            new &= queue_ids(self._root, "incoming", "active", DEFERRED)
        if new:
            raise HostError(
                f"postsuper has not put {len(new)} messages on hold, {min(new)} for one"
            )

    def back(self) -> None:
        """The configuration before is loaded again: what was held for this one waits again."""
        supervise("-H", self._now, HOLD)
        if self._now or self._before:
            write_held(self._root, self._before)

    def move_on(self) -> None:
        """Let all go that the configuration allows, which is loaded now: by its routes, and as it
        rewrites new mail. What can't be done in time stays held, for the next deploy."""
        try:
            if anything_waits(self._root):
                requeue()
                move_on(self._root)
        except (HostError, OSError) as error:
            warn(f"what waits does not all move yet: {error}; deploy again")


def move_on(root: str) -> None:
    """Requeue or submit anew what is held for that."""
    held = held_here(root)
    _let_go(root, held)
    submit = [name for name, why in held.items() if why == SUBMIT]
    done: list[str] = []
    failed: list[str] = []
    try:
        for name in submitted_anew(root, submit, _SUBMITTING, failed):
            done.append(name)
    finally:
        for name in done:
            del held[name]
        for name in failed:  # the next time, the others come first
            held[name] = held.pop(name)
        if done or failed:
            write_held(root, held)
        if done:
            say(f"submitted {len(done)} anew that waited")
    if len(done) < len(submit):
        warn(f"{len(submit) - len(done)} that waited stay held until the next deploy")


def _let_go(root: str, held: dict[str, str]) -> None:
    """Requeue held mail: its age counts anew, which a long time on hold would have used up. What is
    still being delivered would be delivered twice, and waits for the next deploy."""
    names = [name for name, why in held.items() if why == REQUEUE and not at_work(root, name)]
    if not names:
        return
    supervise("-r", names, HOLD)
    run("postkick", "public", "pickup", "W")
    for name in names:
        del held[name]
    write_held(root, held)
