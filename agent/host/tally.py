"""How much mail is queued: part of every read of a host, whatever the queue's size."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agent.host.held import held_here
from agent.host.queue import HOLD, queue_ids


def tally(root: str) -> dict[str, Any]:
    """`total`: queued messages, without those on hold; `held`: messages held by mailfleet, by
    reason."""
    held = held_here(root)
    waiting = queue_ids(root) - queue_ids(root, HOLD)
    return {"total": len(waiting), "held": Counter(held.values())}
