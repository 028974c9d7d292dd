"""The policy reference in docs/policy.md, held to the schema."""

import ast

import pytest

from mailfleet import inventory
from scripts.policy_reference import CLASSES, PAGE, fields, page


def test_the_page_is_what_the_schema_says() -> None:
    """If this fails, run `python -m scripts.policy_reference`."""
    text = PAGE.read_text()
    assert page(text) == text


def test_every_word_of_a_policy_is_in_the_reference() -> None:
    assert sorted(CLASSES) == sorted(inventory.__all__)


def _fields(body: str) -> list[tuple[str, str, str]]:
    cls = ast.parse(f"class Cls:\n{body}").body[0]
    assert isinstance(cls, ast.ClassDef)
    return list(fields(cls))


def test_a_field_has_its_default_and_its_docstring() -> None:
    body = (
        '    days: int = 30\n    """how long\n    it is kept"""\n    name: str\n    """its name"""'
    )
    assert _fields(body) == [
        ("days", "`30`", "how long it is kept"),
        ("name", "required", "its name"),
    ]


def test_computed_fields_and_constants_are_no_fields_of_a_policy() -> None:
    assert _fields("    port: ClassVar[int] = 587\n    absent: tuple = Field(init=False)") == []


def test_a_field_without_a_docstring_is_named() -> None:
    with pytest.raises(ValueError, match=r"^Cls\.days: found no docstring"):
        _fields("    days: int = 30")
