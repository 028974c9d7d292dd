"""The mail that mailfleet put on hold, and why: a record, because administrators hold mail, too."""

from __future__ import annotations

from agent.host.queue import HOLD, queue_ids
from agent.host.state import KEPT, keep, kept

QUEUED = f"{KEPT}/waiting.json"
# Why mail is held that the configuration allows: what still has to be done. Stored on hosts.
REQUEUE, SUBMIT, UNJUDGED = "to be requeued", "to be submitted anew", "not looked at yet"
UNFINISHED = (REQUEUE, SUBMIT, UNJUDGED)


def held_here(root: str) -> dict[str, str]:
    """The reason of each message that mailfleet put on hold and that still is."""
    record = kept(root, QUEUED)
    there = queue_ids(root, HOLD) if record else set()
    return {name: why for name, why in (record or {}).get("held", {}).items() if name in there}


def write_held(root: str, held: dict[str, str]) -> None:
    keep(root, QUEUED, {"held": held})
