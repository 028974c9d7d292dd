"""When a provider loses its mail because it fails, and when it gets it back.

A provider that fails loses nearly all of its weight at once, and regains it in two steps, each
after several good looks in a row. The little mail that it keeps shows when it has recovered.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from agent.health.deliveries import Look

WINDOW = 5  # looks, one a minute
ENOUGH = 3  # failures, or slow messages, in the window
GOOD = 3  # looks in a row for each step back
STEPS = (0.05, 0.5, 1.0)  # of a provider's weight


@dataclass
class Health:
    """Of one provider. `looks`: the last looks at it; `good`: good ones in a row."""

    weight: float = STEPS[-1]
    good: int = 0
    looks: list[Look] = field(default_factory=list)

    @classmethod
    def read(cls, kept: dict[str, object]) -> Health:
        """What as_kept() made. Raises TypeError for anything else."""
        found = cls(**kept)  # type: ignore[arg-type]
        if found.weight not in STEPS:
            raise TypeError(f"found the weight {found.weight}, expected one of {STEPS}")
        found.looks = [Look(**look) for look in found.looks]  # type: ignore[arg-type]
        return found

    def as_kept(self) -> dict[str, object]:
        return asdict(self)


def assessed(health: Health, look: Look, answers: bool | None) -> str | None:
    """Take one more look into account. `answers`: whether the provider answered a probe; None when
    it was not probed. Returns the text of an alert when its mail is moved away or comes back."""
    if health.weight == STEPS[-1]:
        health.looks = [*health.looks, look][-WINDOW:]
        return _fall(health)
    if look.failed or look.slow or answers is False:
        health.weight, health.good = STEPS[0], 0
    elif look.taken or answers:
        health.good += 1
        if health.good >= GOOD:
            health.weight, health.good = STEPS[STEPS.index(health.weight) + 1], 0
            return "works again and gets all of its mail" if health.weight == STEPS[-1] else None
    return None


def _fall(health: Health) -> str | None:
    taken, slow, failed = (
        sum(getattr(look, name) for look in health.looks) for name in ("taken", "slow", "failed")
    )
    if failed >= ENOUGH and failed >= taken:
        reason = next(look.reason for look in reversed(health.looks) if look.failed)
        said = f"did not accept {failed} of {failed + taken} messages: {reason}"
    elif slow >= ENOUGH and slow * 2 >= taken:
        said = f"is slow: {slow} of {taken} messages took over 10 s"
    else:
        return None
    health.weight, health.good, health.looks = STEPS[0], 0, []
    return said
