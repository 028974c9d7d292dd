"""What follows from the times at which an end point took mail."""

from collections.abc import Sequence


def rate(times: Sequence[float]) -> float:
    """Messages a second from the first to the last of at least two."""
    return (len(times) - 1) / (max(times) - min(times))


def round_trips(rates: Sequence[tuple[float, float]]) -> float:
    """How many round trips a message takes, given (round trip in seconds, messages a second) of one
    connection: what more it takes for a message when the end point is further away. What hosts take
    for a message falls out of that."""
    (near, near_rate), (far, far_rate) = min(rates), max(rates)
    return (1 / far_rate - 1 / near_rate) / (far - near)
