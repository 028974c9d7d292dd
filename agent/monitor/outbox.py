"""What is still to be said, and to whom: each recipient gets each notice until it is accepted.

A target is one recipient of one channel, by its name ("email:ops@example.com"). An attempt is
recorded before it is made, so that an interrupted one is repeated later and not at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from agent.monitor.alerts import Notice

MOST_NOTICES = 100
MESSAGES_AN_HOUR = 12  # to one target; what comes on top of them is in the next message
HOUR = 3600.0
FIRST_RETRY = 60.0
LAST_RETRY = 3600.0


@dataclass
class Target:
    """`pending` are ids of notices; `since` when it began to fail, 0 while it does not."""

    pending: list[int] = field(default_factory=list)
    tries: int = 0
    next: float = 0.0
    since: float = 0.0
    error: str = ""
    accepted: float = 0.0
    sent: list[float] = field(default_factory=list)


@dataclass
class Outbox:
    """`reached`: the notices that at least one target has; `dropped`: how many were given up
    because more than MOST_NOTICES waited."""

    targets: dict[str, Target]
    notices: dict[int, Notice]
    reached: set[int]
    next_id: int = 1
    dropped: int = 0


@dataclass(frozen=True)
class Batch:
    """One message: the same notices, for these targets."""

    targets: tuple[str, ...]
    notices: tuple[Notice, ...]


def from_json(kept: Mapping[str, Any]) -> Outbox:
    """An empty one where nothing readable was kept."""
    try:
        return Outbox(
            {name: Target(**fields) for name, fields in kept["targets"].items()},
            {int(number): Notice(**fields) for number, fields in kept["notices"].items()},
            set(kept["reached"]),
            kept["next_id"],
            kept["dropped"],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return Outbox({}, {}, set())


def to_json(outbox: Outbox) -> dict[str, Any]:
    return {
        "targets": {name: asdict(target) for name, target in outbox.targets.items()},
        "notices": {str(number): asdict(notice) for number, notice in outbox.notices.items()},
        "reached": sorted(outbox.reached),
        "next_id": outbox.next_id,
        "dropped": outbox.dropped,
    }


def add(outbox: Outbox, notices: Iterable[Notice], targets: Sequence[str]) -> None:
    """Put notices down for all targets, or while none are known for the last ones. What only
    targets have that are no longer in the policy goes to the others."""
    targets = targets or list(outbox.targets)
    homeless = {
        number
        for name, target in outbox.targets.items()
        if name not in targets
        for number in target.pending
        if number not in outbox.reached
    }
    outbox.targets = {name: outbox.targets.get(name, Target()) for name in targets}
    fresh = []
    for notice in notices:
        outbox.notices[outbox.next_id] = notice
        fresh.append(outbox.next_id)
        outbox.next_id += 1
    for target in outbox.targets.values():
        target.pending = sorted({*target.pending, *homeless, *fresh})
    _forget(outbox)


def due(outbox: Outbox, now: float) -> list[Batch]:
    """The messages to send now: targets with the same notices share one."""
    shared: dict[tuple[int, ...], list[str]] = {}
    for name, target in outbox.targets.items():
        target.sent = [at for at in target.sent if 0 <= now - at < HOUR]
        # a clock that was set back must not silence a target for longer than a retry takes
        waits = now < target.next <= now + LAST_RETRY
        if target.pending and not waits and len(target.sent) < MESSAGES_AN_HOUR:
            shared.setdefault(tuple(target.pending), []).append(name)
    return [
        Batch(tuple(names), tuple(outbox.notices[number] for number in numbers))
        for numbers, names in shared.items()
    ]


def begin(outbox: Outbox, batch: Batch, now: float) -> None:
    """An attempt is about to be made."""
    for name in batch.targets:
        target = outbox.targets[name]
        target.next = now + min(FIRST_RETRY * 2**target.tries, LAST_RETRY)
        target.tries = min(target.tries + 1, 16)


def settle(outbox: Outbox, batch: Batch, errors: Mapping[str, str], now: float) -> None:
    """What became of an attempt: by target the error, or "" where it was accepted."""
    for name in batch.targets:
        target = outbox.targets[name]
        if error := errors.get(name, "no answer"):
            target.error = error
            target.since = target.since or now
            continue
        outbox.reached.update(target.pending)
        outbox.dropped = 0
        outbox.targets[name] = Target(accepted=now, sent=[*target.sent, now])
    _forget(outbox)


def stuck(outbox: Outbox) -> bool:
    """Whether there is something to say that no target accepts."""
    waiting = [
        target
        for target in outbox.targets.values()
        if any(number not in outbox.reached for number in target.pending)
    ]
    return bool(waiting) and all(target.error for target in waiting)


def _forget(outbox: Outbox) -> None:
    """Keep the notices that are still pending somewhere, and no more than MOST_NOTICES."""
    pending = sorted({n for target in outbox.targets.values() for n in target.pending})
    reached_first = sorted(pending, key=lambda n: (n not in outbox.reached, n))
    surplus = set(reached_first[: max(0, len(pending) - MOST_NOTICES)])
    outbox.dropped += len(surplus - outbox.reached)
    for target in outbox.targets.values():
        target.pending = [number for number in target.pending if number not in surplus]
    kept = set(pending) - surplus
    outbox.notices = {n: notice for n, notice in outbox.notices.items() if n in kept}
    outbox.reached &= kept
