"""Shares of a rate as connections and lanes, at 20 ms: one connection sends 8.33 messages/s."""

import pytest

from mailfleet.policy import Ses
from mailfleet.relay.limits import Lane, limit

LANE = Lane(connections=1, delay=1)


def lanes(rate: float, relays: int, rtt: float = 0.020) -> tuple[Lane, ...]:
    return limit(Ses("us-east-1"), rate, relays, rtt).lanes


@pytest.mark.parametrize(
    ("rate", "relays", "expected"),
    [
        (14, 3, (LANE,) * 5),
        (14, 14, (LANE,)),
        (14, 15, (LANE,)),
        (14, 16, (Lane(1, delay=2),)),
        (1, 3, (Lane(1, delay=3),)),
        (1, 1, (LANE,)),
        (14, 1, (Lane(1, weight=10), *(LANE,) * 6)),
        (50, 3, (Lane(2),)),
        (1000, 1, (Lane(120),)),
    ],
)
def test_a_share_as_postfix_can_keep_it(
    rate: float, relays: int, expected: tuple[Lane, ...]
) -> None:
    assert lanes(rate, relays) == expected


@pytest.mark.parametrize("relays", range(1, 41))
def test_all_relays_together_stay_within_the_rate(relays: int) -> None:
    for rate in (1, 5, 14, 90, 600):
        sent = sum(
            1 / (lane.delay + 0.120) if lane.delay else lane.connections / 0.120
            for lane in lanes(rate, relays)
        )
        assert sent * relays <= rate + 1e-9


def test_a_longer_way_takes_more_connections() -> None:
    assert lanes(100, 1, 0.080)[0].connections == 45
    assert lanes(100, 1, 0.002)[0].connections == 2


def test_the_policys_connections_win_and_without_a_rate_there_are_ten() -> None:
    assert limit(Ses("us-east-1", connections=3, rate=14), 14, 1, 0.02).lanes == (Lane(3),)
    assert limit(Ses("us-east-1"), None, 1, 0.02).lanes == (Lane(10),)
    assert limit(Ses("us-east-1", rate=3), 14, 3, 0.02).lanes == (LANE,)


def test_the_arithmetic_is_told() -> None:
    assert limit(Ses("us-east-1"), 14, 3, 0.02).because == (
        "14 messages/s over 3 relays = 4.67/s; one connection sends 8.33/s, a lane 0.893/s: 5 lanes"
    )
    assert limit(Ses("us-east-1"), 1, 3, 0.02).because == (
        "1 messages/s over 3 relays = 0.333/s: one lane that pauses for 3 s"
    )
    assert limit(Ses("us-east-1"), 14, 1, 0.02).because.endswith(": 1 connection and 6 lanes")
