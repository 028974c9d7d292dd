"""A policy with an old name is answered with the new one."""

import dataclasses
from pathlib import Path

import pytest
from pyinfra.api.exceptions import InventoryError

from mailfleet import inventory, policy
from mailfleet.policy import PolicyError, Relay
from mailfleet.policy.renamed import CLASSES, FIELDS
from mailfleet.run.loading import load_inventory

RENAMED = [
    (class_name, old, new) for class_name, names in FIELDS.items() for old, new in names.items()
]


@pytest.mark.parametrize(("class_name", "old", "new"), RENAMED)
def test_an_old_field_is_answered_with_the_new_one(class_name: str, old: str, new: str) -> None:
    with pytest.raises(PolicyError) as refused:
        getattr(policy, class_name)(**{old: "anything"})

    assert str(refused.value) == f"{class_name}: `{old}` is now `{new}`"


@pytest.mark.parametrize(("class_name", "old", "new"), RENAMED)
def test_the_new_field_is_there_and_the_old_one_is_not(class_name: str, old: str, new: str) -> None:
    names = [field.name for field in dataclasses.fields(getattr(policy, class_name))]

    assert new in names
    assert old not in names


def test_an_unknown_field_is_still_refused_as_such() -> None:
    with pytest.raises(PolicyError, match="found 'bye', expected only soft_bounce"):
        Relay(bye="relay1.example.com")  # type: ignore[call-arg]


@pytest.mark.parametrize(("old", "new"), CLASSES.items())
def test_an_old_word_is_answered_with_the_new_one(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "fleet.py").write_text('relays = ["relay1.example.com"]')
    (tmp_path / "group_data").mkdir()
    text = f"from mailfleet.inventory import Mail, {old}\n"
    (tmp_path / "group_data" / "all.py").write_text(text)

    with pytest.raises(InventoryError, match=rf"all\.py, line 1: `{old}` is now `{new}`"):
        load_inventory(tmp_path / "fleet.py")

    assert hasattr(policy, new)


def test_a_word_that_never_was_is_an_import_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Relays'"):
        _ = inventory.Relays  # type: ignore[attr-defined]
