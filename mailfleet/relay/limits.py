"""How fast one relay host hands mail to a provider, so that all of them keep its rate together.

With connections kept open, a message takes 5.5 round trips (measured: RSET, MAIL, RCPT, DATA, the
end of data, and now and then a new connection) and what the provider does with it.
"""

from dataclasses import dataclass
from math import ceil, floor

from mailfleet.policy import Provider

ROUND_TRIPS = 5.5  # a message
SERVICE = 0.010  # seconds that a provider takes for a message
CONNECTIONS = 10  # where nobody says a rate


@dataclass(frozen=True)
class Limit:
    """`lanes` transports; each opens at most `connections`, or, with a `delay`, begins one
    message every `delay` seconds. `because` is the arithmetic, for people."""

    lanes: int
    connections: int
    delay: int
    because: str


def limit(provider: Provider, quota: float | None, relays: int, round_trip: float) -> Limit:
    """The limit of each of `relays` hosts; `quota` is the provider's own, in messages a second.

    What the policy says wins over it. Postfix's delays are whole seconds: below the rate of one
    connection, a lane a message and second, or one lane of several seconds.
    """
    if provider.connections:
        return _connections(provider.connections, "as the policy says")
    rate = provider.rate or quota
    if not rate:
        return _connections(CONNECTIONS, "nobody says its rate")
    share = rate / relays
    seconds = ROUND_TRIPS * round_trip + SERVICE
    sum_ = f"{_number(rate)} messages/s over {relays} relays = {_number(share)}/s"
    one = f"one connection sends {_number(1 / seconds)}/s ({_number(seconds * 1000)} ms a message)"
    if share * seconds >= 1:
        connections = floor(share * seconds)
        return _connections(connections, f"{sum_}, {one}")
    if share >= 1:
        lanes = floor(share)
        return Limit(lanes, 1, 1, f"{sum_}, {one}: {_count(lanes, 'lane')} of 1 message/s")
    delay = ceil(1 / share)
    return Limit(1, 1, delay, f"{sum_}: a message every {delay} s")


def _connections(number: int, why: str) -> Limit:
    return Limit(1, number, 0, f"{why}: {_count(number, 'connection')}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _number(value: float) -> str:
    """Three digits, without trailing zeros."""
    return f"{value:.3g}"
