"""Differences from what was recorded say where they are."""

from tests.golden.recorded import differences


def test_what_is_equal_differs_in_nothing() -> None:
    assert list(differences({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})) == []


def test_a_difference_says_which_entry_it_is() -> None:
    recorded = {"writes": {"ses": [{"Name": "a"}, {"Name": "b"}]}, "refused": False}
    found = {"writes": {"ses": [{"Name": "a"}, {"Name": "c"}]}, "new": 1}
    assert list(differences(recorded, found)) == [
        'writes > ses > 1 > Name: recorded "b", found "c"',
        'refused: recorded false, found "(nothing)"',
        'new: recorded "(nothing)", found 1',
    ]


def test_of_lists_it_says_what_is_missing_and_what_is_new() -> None:
    assert list(differences({"plan": ["a", "b", "b"]}, {"plan": ["b", "c", "c", "d"]})) == [
        'plan: missing "a"',
        'plan: missing "b"',
        'plan: new "c"',
        'plan: new "c"',
        'plan: new "d"',
    ]


def test_true_is_not_one() -> None:
    assert list(differences({"a": True}, {"a": 1})) == ["a: recorded true, found 1"]
