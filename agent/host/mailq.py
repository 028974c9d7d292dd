"""The queued mail of a host for mailq.py: listed by provider and reason, and selected."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from agent.host.held import held_here
from agent.host.queue import HOLD, MAILDROP, Message, listed, queue_ids

LISTING_SECONDS, LISTED = 20.0, 200_000
_REASONS, _SENDERS_SHOWN = 3, 5
NOT_TRIED, ELSEWHERE, BY_OTHERS = "not tried yet", "elsewhere", "put on hold by others"
_NOT_IN = "in maildrop, see mailfleet-senders.service"


def mailq(request: dict[str, Any], root: str = "") -> dict[str, Any]:
    """`servers`: host names by provider; `select`: which messages are asked for.

    See mailfleet.relay.mailq for the answer's shape.
    """
    held = held_here(root)
    messages, _ = listed(LISTING_SECONDS, LISTED)
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(_place(message, request["servers"], held), []).append(message)
    selected = selected_messages(messages, request, held)
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


def selected_messages(
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
