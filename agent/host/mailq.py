"""The queued mail of a host for mailq.py: listed, retried, released or deleted."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Mapping
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
from agent.host.queue import HOLD, MAILDROP, Message, listed, queue_ids, supervise
from agent.host.queued_mail import move_on
from agent.host.state import POSTFIX
from agent.host.verdicts import HELD, REWRITTEN, Judge

_LISTING_SECONDS, _LISTED = 20.0, 200_000
_FLUSHING = 20.0  # seconds
_REASONS, _SENDERS_SHOWN = 3, 5
NOT_TRIED, ELSEWHERE, BY_OTHERS = "not tried yet", "elsewhere", "put on hold by others"
_NOT_IN = "in maildrop, see mailfleet-senders.service"


def mailq(request: dict[str, Any], root: str = "") -> dict[str, Any]:
    """`servers`: host names by provider; `select`: which messages are asked for.

    See mailfleet.relay.mailq for the answer's shape.
    """
    held = held_here(root)
    messages, _ = listed(_LISTING_SECONDS, _LISTED)
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(_place(message, request["servers"], held), []).append(message)
    selected = _selected(messages, request, held)
    return {
        "now": int(time.time()),
        "total": len(queue_ids(root) | queue_ids(root, MAILDROP)),
        "counted": len(messages),
        "groups": [_group(place, found) for place, found in groups.items()],
        "selected": len(selected),
        "oldest": min((message.arrived for message in selected), default=0),
        "senders": Counter(m.sender for m in selected).most_common(_SENDERS_SHOWN),
    }


def _group(place: str, messages: list[Message]) -> dict[str, Any]:
    reasons = Counter(reason for message in messages for reason in {_reason(message)} if reason)
    return {
        "place": place,
        "count": len(messages),
        "oldest": min(message.arrived for message in messages),
        "reasons": reasons.most_common(_REASONS),
    }


def _reason(message: Message) -> str:
    """Why it was not sent, without what differs between messages."""
    why = next((why for _, why in message.recipients if why), "")
    return re.sub(r"\[[0-9a-fA-F.:]+\]", "", why)[:300]


def _place(message: Message, servers: Mapping[str, str], held: Mapping[str, str]) -> str:
    """The provider that did not accept it, whose host the reason names; or why it is on hold."""
    if message.queue == HOLD:
        return f"held: {held[message.id]}" if message.id in held else BY_OTHERS
    if message.queue == MAILDROP:
        return _NOT_IN
    reason = _reason(message)
    named = (name for name, host in servers.items() if host in reason)
    return next(named, ELSEWHERE if reason else NOT_TRIED)


def _selected(
    messages: list[Message], request: Mapping[str, Any], held: Mapping[str, str]
) -> list[Message]:
    """Messages that match all terms; `before` excludes those that arrived after the plan was shown.
    Messages in maildrop are not in the queue yet."""
    select = request["select"]
    if select is None:
        return []

    def fits(message: Message) -> bool:
        place = _place(message, request["servers"], held)
        return (
            message.arrived <= (request["before"] or time.time()) - (select["older"] or 0)
            and _among([message.sender], select["senders"])
            and _among([to for to, _ in message.recipients], select["recipients"])
            and (not select["providers"] or place in select["providers"])
            and (not select["held"] or message.id in held)
        )

    return [message for message in messages if message.queue != MAILDROP and fits(message)]


def _among(addresses: list[str], terms: list[str]) -> bool:
    """Whether each address matches a term, an address or `@domain`; always without terms. All must
    match, so that a message with other recipients, too, is not deleted."""
    known = [term.lower() for term in terms]
    return not terms or all(
        any(a.endswith(term) if term.startswith("@") else a == term for term in known)
        for a in (address.lower() for address in addresses)
    )


def act(request: dict[str, Any], root: str = "") -> None:
    """Flush, release or delete, as `act` says, the messages that `select` describes."""
    end_within(WORK)
    with locked(root, request["by"]):
        held = held_here(root)
        selected = _selected(listed(_LISTING_SECONDS, _LISTED)[0], request, held)
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
