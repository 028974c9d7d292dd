"""The table of a switch: by a person, by the health of providers, and whose mail it moves."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.provider_switch import apportioned, by_health, due_table, live_table, switch_table
from agent.host.state import ROUTES, SWITCH, SWITCHED, keep

CHOICES: dict[str, dict[str, Any]] = {
    "choice1": {"weights": {"ses": 1}, "then": {"ses": ["one", "two"]},
                "open_to": ["ses", "one", "two"]},
    "choice2": {"weights": {"one": 9, "two": 1}, "then": {}, "open_to": ["one", "two"]},
}  # fmt: skip
KNOWN: dict[str, Any] = {
    "by_health": True,
    "slots": 20,
    "lanes": {"ses": ["ses"], "one": ["one"], "two": ["two"]},
    "choices": CHOICES,
}


def rows(switched: dict[str, int] | None, **health: float) -> dict[str, Counter[str]]:
    """Of each choice that is in the table, how many slots each provider has."""
    found: dict[str, Counter[str]] = {}
    table = switch_table(KNOWN, switched and {"to": switched}, {"weights": health})
    for line in table.splitlines()[1:]:
        key, provider = line.split()
        choice, _, slot = key.partition(".")
        assert slot == str(found.setdefault(choice, Counter()).total())
        found[choice][provider] += 1
    return found


def test_without_a_switch_the_policys_weights_count() -> None:
    assert rows(None) == {}


def test_a_person_moves_all_senders_that_the_provider_takes() -> None:
    assert rows({"two": 1}) == {"choice1": {"two": 20}, "choice2": {"two": 20}}
    assert rows({"ses": 1}) == {"choice1": {"ses": 20}}
    assert rows({"ses": 9, "one": 1}) == {"choice1": {"ses": 18, "one": 2}, "choice2": {"one": 20}}


def test_a_persons_switch_counts_whatever_the_health_is() -> None:
    assert rows({"one": 1}, one=0.05)["choice1"] == {"one": 20}


def test_what_a_failing_provider_loses_goes_to_its_fall_back() -> None:
    assert rows(None, ses=0.05) == {"choice1": {"ses": 1, "one": 19}}
    assert rows(None, ses=0.05, one=0.5)["choice1"] == {"ses": 1, "two": 19}


def test_or_to_the_others_of_its_choice() -> None:
    assert rows(None, one=0.5) == {"choice2": {"one": 9, "two": 11}}


def test_when_all_fail_the_policys_weights_count() -> None:
    assert rows(None, ses=0.05, one=0.05, two=0.05) == {}


@pytest.mark.case("hosts-3")
def test_mail_at_a_hop_goes_on_as_the_switch_says() -> None:
    """OK: by its sender's route from the beginning; DUNNO: by the policy's fall-back."""
    hops: dict[str, Any] = {
        "fallback_ses": ["ses", 0],
        "fallback_ses_1": ["ses", 1],
        "fallback_one": ["one", 0],
    }

    def answers(switched: dict[str, int] | None, **health: float) -> dict[str, str]:
        to = {"to": switched} if switched else None
        table = switch_table({**KNOWN, "hops": hops}, to, {"weights": health})
        lines = (line.split(" ", 1) for line in table.splitlines()[1:])
        return {key: answer for key, answer in lines if ".fallback" in key}

    none = "450 4.4.1 no further provider may send for this sender"
    assert answers(None) == {
        "choice1.fallback_ses": "DUNNO",
        "choice1.fallback_ses_1": "DUNNO",
        "choice1.fallback_one": "OK",  # which is none of its providers
        "choice2.fallback_ses": "OK",
        "choice2.fallback_ses_1": "OK",
        "choice2.fallback_one": none,
    }
    away = answers({"two": 1})
    assert set(away.values()) == {"OK"}
    assert answers({"ses": 1, "two": 1})["choice1.fallback_ses"] == "DUNNO"
    assert answers(None, ses=0.05)["choice1.fallback_ses"] == "DUNNO"  # it keeps a share


@given(st.dictionaries(st.sampled_from(["ses", "one", "two"]), st.integers(1, 9)))
def test_no_mail_goes_in_a_circle(switched: dict[str, int]) -> None:
    """A hop that says OK leads to the providers in force, and none of their own hops says it."""
    hops = {f"fallback_{name}": [name, 0] for name in ("ses", "one", "two")}
    choice = {
        "weights": {"ses": 1, "one": 1},
        "then": {"ses": ["one"], "one": ["ses"], "two": ["ses"]},
        "open_to": ["ses", "one", "two"],
    }
    known = {**KNOWN, "choices": {"c": choice}, "hops": hops}
    table = switch_table(known, {"to": switched} if switched else None, None)
    rows = dict(line.split(" ", 1) for line in table.splitlines()[1:])
    in_force = {rows[key] for key in rows if "fallback" not in key} or {"ses", "one"}
    for name in in_force:
        assert rows[f"c.fallback_{name}"] != "OK"


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 999), min_size=1))
def test_every_provider_has_its_share_to_the_slot(weights: dict[str, int]) -> None:
    found = Counter(apportioned(dict(weights), 20))
    assert found.total() == 20
    assert set(found) == set(weights)
    if min(weights.values()) * 20 >= sum(weights.values()):
        for name, weight in weights.items():
            assert abs(found[name] - weight / sum(weights.values()) * 20) < 1


@given(st.dictionaries(st.sampled_from(["ses", "one", "two"]), st.sampled_from([0.05, 0.5, 1.0])))
def test_no_share_is_lost_or_made(health: dict[str, float]) -> None:
    for choice in CHOICES.values():
        shares = by_health(choice, health)
        assert not shares or abs(sum(shares.values()) - 1) < 1e-9


def test_the_table_that_is_due_follows_from_what_the_host_has(tmp_path: Path) -> None:
    root = str(tmp_path)
    assert due_table(root) is None
    (tmp_path / "etc/postfix").mkdir(parents=True)
    Path(root + ROUTES).write_text(json.dumps(KNOWN))
    keep(root, SWITCHED, {"to": {"one": 1}, "by": "a", "on": "b", "at": "c"})
    due = due_table(root)
    assert due == switch_table(KNOWN, {"to": {"one": 1}}, None)
    assert live_table(root) is None
    Path(root + SWITCH).write_text(due)
    assert live_table(root) == due
