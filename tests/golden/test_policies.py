"""Together the golden policies say everything that a policy can say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from tests.golden.adapter import mail_of
from tests.golden.policies import EVERY
from tests.golden.recorded import DIRECTORY

# How long a deploy waits is in no plan, and the tests' fleet sets it.
WAITING = "Gate"


def words_in(value: Any) -> Iterator[Any]:
    """All words of the policy, each with those within it."""
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from words_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from words_in(tuple(value.values()))
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for one in value:
            yield from words_in(one)


def is_said(word: Any, field: Field[Any]) -> bool:
    """Whether it is another value than the one that nobody has to say."""
    usual = field.default if field.default_factory is MISSING else field.default_factory()
    return bool(getattr(word, field.name) != usual)


def test_each_field_of_each_word_is_said_by_some_policy() -> None:
    every = [
        word
        for golden in EVERY
        for text in (golden.policy, golden.earlier)
        if text
        for word in words_in(mail_of(golden, text))
        if type(word).__name__ != WAITING
    ]
    can_be_said = {
        (type(word).__name__, field.name) for word in every for field in fields(word) if field.init
    }
    said = {
        (type(word).__name__, field.name)
        for word in every
        for field in fields(word)
        if is_said(word, field)
    }
    assert len(can_be_said) > 70
    assert can_be_said - said == {("Mail", "gate")}


def test_each_policy_is_recorded_and_each_record_is_of_a_policy() -> None:
    names = [golden.name for golden in EVERY]
    assert sorted(names) == sorted(path.stem for path in DIRECTORY.iterdir())
    assert len(names) >= 25
