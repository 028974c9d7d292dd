"""How fast one relay host sends to a provider, so that all hosts together keep to its rate.

Over an open connection a message takes 5.5 round trips (measured: a probe of the connection, MAIL,
RCPT, DATA, the end of data, and an occasional new connection) plus the provider's own time. A host
opens as many full-speed connections as fit into its share of the rate. Lanes use up the rest:
transports that pause for a second or more after each message. Postfix's delays are in seconds,
without fractions.
"""

from dataclasses import dataclass
from math import ceil, floor

from mailfleet.policy import Provider

ROUND_TRIPS = 5.5  # a message
SERVICE = 0.010  # seconds of a provider's own time for a message
CONNECTIONS = 10  # where no rate is known


@dataclass(frozen=True)
class Lane:
    """A transport that opens at most `connections` at a time, and pauses for `delay` seconds after
    each message. `weight`: its share of the provider's mail, relative to the other lanes."""

    connections: int
    delay: int = 0
    weight: int = 1


@dataclass(frozen=True)
class Limit:
    """What one host may open to a provider, and how that was calculated."""

    lanes: tuple[Lane, ...]
    because: str


def limit(provider: Provider, quota: float | None, relays: int, rtt: float) -> Limit:
    """The limit of each of `relays` hosts; `quota` is the provider's own, in messages a second.

    The policy takes precedence over it.
    """
    if provider.connections:
        return _connections(provider.connections, "set by the policy")
    rate = provider.rate or quota
    if not rate:
        return _connections(CONNECTIONS, "its rate is not known")
    share = rate / relays
    seconds = ROUND_TRIPS * rtt + SERVICE
    because = f"{_number(rate)} messages/s over {relays} relays = {_number(share)}/s"
    if share * (1 + seconds) < 1:
        delay = ceil(1 / share - seconds)
        return Limit((Lane(1, delay),), f"{because}: one lane that pauses for {delay} s")
    connections = floor(share * seconds)
    rest = floor((share - connections / seconds) * (1 + seconds))
    because += (
        f"; one connection sends {_number(1 / seconds)}/s, a lane {_number(1 / (1 + seconds))}/s"
    )
    if not rest:
        return _connections(connections, because)
    lanes = (Lane(1, 1),) * rest
    if not connections:
        return Limit(lanes, f"{because}: {_count(rest, 'lane')}")
    # messages that it sends while a lane sends one
    weight = ceil(connections / seconds * (1 + seconds))
    both = f"{_count(connections, 'connection')} and {_count(rest, 'lane')}"
    return Limit((Lane(connections, weight=weight), *lanes), f"{because}: {both}")


def _connections(number: int, why: str) -> Limit:
    return Limit((Lane(number),), f"{why}: {_count(number, 'connection')}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _number(value: float) -> str:
    """Three digits, without trailing zeros."""
    return f"{value:.3g}"
