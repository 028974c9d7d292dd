"""How much mail waits, by sender: what every read of a host says, whatever the queue's size."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agent.host.held import held_here
from agent.host.queue import HOLD, listed, queue_ids

_SECONDS, _MOST = 2.0, 5000  # what is looked at, of a queue that may hold 100,000
_SENDERS = 20


def tally(root: str) -> dict[str, Any]:
    """`total` waits, of which `counted` were looked at for their `senders`; `held` says of how many
    mailfleet holds why, `on_hold` is what others hold."""
    held = held_here(root)
    on_hold = queue_ids(root, HOLD) - held.keys()
    waiting = queue_ids(root) - on_hold - held.keys()
    messages = [m for m in listed(_SECONDS, _MOST)[0] if m.id in waiting] if waiting else []
    return {
        "total": len(waiting),
        "counted": len(messages),
        "senders": Counter(message.sender for message in messages).most_common(_SENDERS),
        "held": Counter(held.values()),
        "on_hold": len(on_hold),
    }
