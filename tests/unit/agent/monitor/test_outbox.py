"""Each recipient gets each notice until it is accepted, and no more often."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.monitor import outbox as out
from agent.monitor.alerts import Notice
from agent.monitor.outbox import LAST_RETRY, MESSAGES_AN_HOUR, MOST_NOTICES, Outbox

NOW = 1_800_000_000.0
MINUTE = 60.0


def notice(key: str, at: float = NOW) -> Notice:
    return Notice("open", at, key, "fail", key, "", "", "", at, at, 1)


def empty() -> Outbox:
    return out.from_json({})


def kept(outbox: Outbox) -> Outbox:
    return out.from_json(out.to_json(outbox))


def attempt(outbox: Outbox, now: float, *refusing: str) -> list[tuple[str, list[str]]]:
    """Who was sent what."""
    sent = []
    for batch in out.due(outbox, now):
        out.begin(outbox, batch, now)
        errors = {name: "550 no" if name in refusing else "" for name in batch.targets}
        out.settle(outbox, batch, errors, now)
        sent += [(name, [n.key for n in batch.notices]) for name in batch.targets]
    return sent


def test_what_opens_at_the_same_time_is_one_message() -> None:
    outbox = empty()
    out.add(outbox, [notice("a"), notice("b")], ["x", "y"])
    (batch,) = out.due(outbox, NOW)
    assert batch.targets == ("x", "y")
    assert [n.key for n in batch.notices] == ["a", "b"]


@pytest.mark.case("alerts-13")
def test_who_has_the_message_does_not_get_it_again_because_another_refuses() -> None:
    outbox = empty()
    out.add(outbox, [notice("a")], ["x", "y"])
    assert attempt(outbox, NOW, "y") == [("x", ["a"]), ("y", ["a"])]
    tries = Counter(
        name for n in range(1, 24 * 60) for name, _ in attempt(outbox, NOW + n * MINUTE, "y")
    )
    assert tries["x"] == 0
    assert 24 <= tries["y"] <= 32  # less and less often, at least every hour
    assert not out.stuck(outbox)
    assert outbox.targets["y"].error == "550 no"
    assert attempt(outbox, NOW + 25 * 60 * MINUTE) == [("y", ["a"])]
    assert outbox.notices == {}


def test_nothing_is_lost_while_nobody_accepts_anything() -> None:
    outbox = empty()
    for n in range(10):
        outbox = kept(outbox)
        out.add(outbox, [notice(f"a{n}")], ["x", "y"])
        attempt(outbox, NOW + n * MINUTE, "x", "y")
    assert out.stuck(outbox)
    everything = [f"a{n}" for n in range(10)]
    assert attempt(outbox, NOW + LAST_RETRY * 2) == [("x", everything), ("y", everything)]
    assert not out.stuck(outbox)


def test_messages_an_hour_are_bounded_and_what_waits_comes_in_one() -> None:
    outbox = empty()
    sent = []
    for n in range(60):
        out.add(outbox, [notice(f"a{n}")], ["x"])
        sent += attempt(outbox, NOW + n * MINUTE)
    assert len(sent) == MESSAGES_AN_HOUR
    (last,) = attempt(outbox, NOW + 60 * MINUTE)
    assert len(last[1]) == 60 - MESSAGES_AN_HOUR


def test_what_a_removed_recipient_alone_was_to_get_goes_to_the_others() -> None:
    outbox = empty()
    out.add(outbox, [notice("a")], ["typo"])
    attempt(outbox, NOW, "typo")
    out.add(outbox, [], ["right"])
    assert attempt(outbox, NOW + MINUTE) == [("right", ["a"])]


def test_while_no_channel_is_known_what_there_is_to_say_waits() -> None:
    outbox = empty()
    out.add(outbox, [], ["x"])
    out.add(outbox, [notice("a")], [])
    out.add(outbox, [], ["x"])
    assert attempt(outbox, NOW) == [("x", ["a"])]


def test_an_interrupted_attempt_is_not_repeated_at_once() -> None:
    outbox = empty()
    out.add(outbox, [notice("a")], ["x"])
    (batch,) = out.due(outbox, NOW)
    out.begin(outbox, batch, NOW)
    outbox = kept(outbox)  # killed here: what became of it is not known
    assert out.due(outbox, NOW + 30) == []
    assert attempt(outbox, NOW + MINUTE) == [("x", ["a"])]


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    outbox = empty()
    out.add(outbox, [notice("a")], ["x"])
    attempt(outbox, NOW, "x")
    assert attempt(outbox, NOW - 24 * 3600) == [("x", ["a"])]


def test_too_much_is_counted() -> None:
    outbox = empty()
    for n in range(MOST_NOTICES + 7):
        out.add(outbox, [notice(f"a{n}")], ["x"])
    assert outbox.dropped == 7
    assert len(attempt(outbox, NOW)[0][1]) == MOST_NOTICES
    assert outbox.dropped == 0


@pytest.mark.parametrize("text", [{}, {"targets": 1}, {"targets": {"x": {"odd": 1}}}])
def test_a_damaged_outbox_is_empty(text: dict[str, object]) -> None:
    assert out.from_json(text).notices == {}


steps = st.tuples(st.integers(0, 3), st.sets(st.sampled_from("xyz")))


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, min_size=1, max_size=MOST_NOTICES // 3))
def test_everybody_gets_everything_exactly_once(sequence: list[tuple[int, set[str]]]) -> None:
    outbox, now, keys = empty(), NOW, []
    has: Counter[tuple[str, str]] = Counter()
    for fresh, refusing in [*sequence, (0, set()), (0, set())]:
        now += LAST_RETRY
        notices = [notice(f"{now}-{n}") for n in range(fresh)]
        keys += [n.key for n in notices]
        outbox = kept(outbox)
        out.add(outbox, notices, ["x", "y", "z"])
        has.update(
            (name, key)
            for name, received in attempt(outbox, now, *refusing)
            if name not in refusing
            for key in received
        )
    assert has == Counter({(name, key): 1 for name in "xyz" for key in keys})
