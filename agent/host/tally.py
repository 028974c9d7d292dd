"""How much mail waits: what every read of a host says, whatever the queue's size."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agent.host.held import held_here
from agent.host.queue import HOLD, queue_ids


def tally(root: str) -> dict[str, Any]:
    """`total` waits, without what is on hold; `held` says of how many mailfleet holds why."""
    held = held_here(root)
    waiting = queue_ids(root) - queue_ids(root, HOLD)
    return {"total": len(waiting), "held": Counter(held.values())}
