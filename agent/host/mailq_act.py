"""Queued mail that mailq.py acts on: retried, released or deleted."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from agent.answer import print_answer
from agent.host.common import (
    WORK,
    HostError,
    carry_on_when_the_reader_is_gone,
    end_within,
    ending_in_one_sentence,
    one_line,
    run,
    say,
    warn,
)
from agent.host.held import REQUEUE, SUBMIT, held_here, write_held
from agent.host.lock import locked
from agent.host.mailq import LISTED, LISTING_SECONDS, mailq, selected_messages
from agent.host.queue import HOLD, Message, listed, queue_ids, supervise
from agent.host.queued_mail import move_on
from agent.host.state import POSTFIX
from agent.host.verdicts import HELD, REWRITTEN, Judge

_FLUSHING = 20.0  # seconds


def act(request: dict[str, Any], root: str = "") -> None:
    """Flush, release or delete, as `act` says, the messages that `select` describes."""
    end_within(WORK)
    with locked(root, request["by"]):
        held = held_here(root)
        selected = selected_messages(listed(LISTING_SECONDS, LISTED)[0], request, held)
        if request["act"] == "delete":
            supervise("-d", [message.id for message in selected])
            left = queue_ids(root)
            say(f"deleted {sum(message.id not in left for message in selected)} messages")
        elif request["act"] == "flush":
            every = not any(request["select"].values())
            _flush([message for message in selected if message.queue != HOLD], every)
        else:
            _release(root, [message for message in selected if message.queue == HOLD], held)


def _flush(messages: list[Message], every: bool) -> None:
    """With `every`, all in one command."""
    until = time.monotonic() + _FLUSHING
    done = 0
    if every:
        _retry("-f")
        done = len(messages)
    for message in messages[done:]:
        if time.monotonic() > until:
            warn(f"{len(messages) - done} messages were not retried, for lack of time")
            break
        _retry("-i", message.id)
        done += 1
    say(f"retried {done} messages")


def _retry(*options: str) -> None:
    answer = run("postqueue", *options)
    if answer.returncode != 0:
        words = one_line(answer.stderr) or "no message, see Postfix's log"
        raise HostError(f"`postqueue {' '.join(options)}` failed: {words}")


def _release(root: str, messages: list[Message], held: dict[str, str]) -> None:
    """Mail that the policy does not allow stays on hold: once released, it would be returned."""
    judge = Judge(f"{root}{POSTFIX}".rstrip("/"))
    judge.senders(message.sender for message in messages)
    go = set()
    for message in messages:
        what = judge.message(message).what
        if what != HELD:
            anew = what == REWRITTEN or (judge.milter and message.id in held)
            held[message.id] = SUBMIT if anew else REQUEUE
            go.add(message.id)
    write_held(root, held)
    move_on(root)
    left = go & queue_ids(root, HOLD)
    say(f"released {len(go) - len(left)} messages")
    if left:
        warn(f"{len(left)} are on hold until the next release or deploy")
    if stay := len(messages) - len(go):
        warn(f"{stay} stay on hold: add their senders to the policy, or delete them")


def main(text: str) -> None:
    request = json.loads(text)
    os.umask(0o077)
    if request["act"] is None:
        ending_in_one_sentence(lambda: print_answer(mailq(request)))
    else:
        carry_on_when_the_reader_is_gone()
        ending_in_one_sentence(lambda: act(request))
        print_answer(None)
