"""How fast one relay host hands mail to a provider, so that all of them keep its rate together.

With connections kept open, a message takes 5.5 round trips (measured: a probe of the connection,
MAIL, RCPT, DATA, the end of data, and now and then a new connection) and what the provider does
with it. So many connections as the host's share of the rate fills are open all the time. The rest
of the share, or all of it when it does not fill one, goes by lanes: transports that wait a second
after each message, and so take a second and the time of a message for it. Postfix's delays are
whole seconds.
"""

from dataclasses import dataclass
from math import ceil, floor

from mailfleet.policy import Provider

ROUND_TRIPS = 5.5  # a message
SERVICE = 0.010  # seconds that a provider takes for a message
CONNECTIONS = 10  # where nobody says a rate


@dataclass(frozen=True)
class Lane:
    """A transport that opens at most `connections` at a time, and waits `delay` seconds after each
    message. `weight`: its part of the provider's mail, beside that of the other lanes."""

    connections: int
    delay: int = 0
    weight: int = 1


@dataclass(frozen=True)
class Limit:
    """What one host may do, and the arithmetic, for people."""

    lanes: tuple[Lane, ...]
    because: str


def limit(provider: Provider, quota: float | None, relays: int, rtt: float) -> Limit:
    """The limit of each of `relays` hosts; `quota` is the provider's own, in messages a second.

    What the policy says wins over it.
    """
    if provider.connections:
        return _connections(provider.connections, "as the policy says")
    rate = provider.rate or quota
    if not rate:
        return _connections(CONNECTIONS, "nobody says its rate")
    share = rate / relays
    seconds = ROUND_TRIPS * rtt + SERVICE
    told = f"{_number(rate)} messages/s over {relays} relays = {_number(share)}/s"
    if share * (1 + seconds) < 1:
        delay = ceil(1 / share - seconds)
        return Limit((Lane(1, delay),), f"{told}: one lane that waits {delay} s")
    connections = floor(share * seconds)
    rest = floor((share - connections / seconds) * (1 + seconds))
    told += (
        f"; one connection sends {_number(1 / seconds)}/s, a lane {_number(1 / (1 + seconds))}/s"
    )
    if not rest:
        return _connections(connections, told)
    lanes = (Lane(1, 1),) * rest
    if not connections:
        return Limit(lanes, f"{told}: {_count(rest, 'lane')}")
    # what it sends while a lane sends one
    weight = ceil(connections / seconds * (1 + seconds))
    both = f"{_count(connections, 'connection')} and {_count(rest, 'lane')}"
    return Limit((Lane(connections, weight=weight), *lanes), f"{told}: {both}")


def _connections(number: int, why: str) -> Limit:
    return Limit((Lane(number),), f"{why}: {_count(number, 'connection')}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _number(value: float) -> str:
    """Three digits, without trailing zeros."""
    return f"{value:.3g}"
