"""What a plan costs at AWS: how many calls, and how long they take at the rates that it allows."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SHOWN = {"iam": "IAM", "route53": "Route 53", "secretsmanager": "Secrets Manager", "ses": "SES"}


@dataclass(frozen=True)
class Cost:
    """`calls` and `seconds` by quota: a service (with all its APIs) in a region. `waits` says for
    people what else takes time."""

    calls: Mapping[tuple[str, str], int]
    seconds: Mapping[tuple[str, str], float]
    waits: tuple[str, ...] = ()

    @property
    def time(self) -> float:
        """Seconds. Services are called one after another, a service's regions in turns: while one
        of them lets us wait, the next one is called."""
        longest: dict[str, float] = {}
        for (service, _), seconds in self.seconds.items():
            longest[service] = max(seconds, longest.get(service, 0))
        return sum(longest.values())

    @property
    def text(self) -> str:
        """AWS: 43 calls (41 SES, 2 Route 53), about 42 s"""
        by_service: Counter[str] = Counter()
        for (service, _), number in self.calls.items():
            by_service[_SHOWN.get(service, service)] += number
        total = by_service.total()
        services = ", ".join(f"{number} {service}" for service, number in by_service.most_common())
        calls = f"{total} call{'' if total == 1 else 's'}"
        time = f"about {_duration(math.ceil(self.time))}"
        return f"AWS: {calls} ({services}), {' and '.join([time, *self.waits])}"


def cost_of(
    calls: Iterable[tuple[str, str]],
    rates: Mapping[str, float],
    default: float,
    waits: tuple[str, ...] = (),
) -> Cost:
    """Of calls, each as (quota, region), at these rates a second by quota."""
    numbers = Counter(calls)
    seconds = {quota: n / rates.get(quota[0], default) for quota, n in numbers.items()}
    return Cost(numbers, seconds, waits)


def total_cost(costs: Iterable[Cost]) -> Cost | None:
    """Of all of them; None when there is not one call."""
    calls: Counter[tuple[str, str]] = Counter()
    seconds: Counter[tuple[str, str]] = Counter()
    waits: list[str] = []
    for cost in costs:
        calls.update(cost.calls)
        seconds.update(cost.seconds)
        waits += cost.waits
    return Cost(calls, seconds, tuple(waits)) if calls else None


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"
