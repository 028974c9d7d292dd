import pytest

from benchmarks.figures import rate, round_trips


def test_rate_is_of_the_time_between_messages() -> None:
    assert rate([10.0, 10.5, 11.0]) == 2


def test_what_hosts_take_for_a_message_is_no_round_trip() -> None:
    """5 round trips and 30 ms."""
    rates = [(trip, 1 / (5 * trip + 0.030)) for trip in (0.080, 0.020)]
    assert round_trips(rates) == pytest.approx(5)
