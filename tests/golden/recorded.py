"""Golden plans as they are kept, and in what something else differs from them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent / "recorded"
NOTHING = "(nothing)"


def read(name: str) -> dict[str, Any]:
    """What was recorded of the policy of that name."""
    found: dict[str, Any] = json.loads((DIRECTORY / f"{name}.json").read_text())
    return found


def write(name: str, found: Mapping[str, Any]) -> None:
    DIRECTORY.mkdir(exist_ok=True)
    (DIRECTORY / f"{name}.json").write_text(f"{json.dumps(found, indent=1)}\n")


def differences(recorded: Any, found: Any, where: str = "") -> Iterator[str]:
    """A line for each entry that is not the same, by where it is."""
    if isinstance(recorded, Mapping) and isinstance(found, Mapping):
        for name in dict.fromkeys([*recorded, *found]):
            inside = f"{where} > {name}" if where else str(name)
            yield from differences(recorded.get(name, NOTHING), found.get(name, NOTHING), inside)
    elif isinstance(recorded, list) and isinstance(found, list):
        yield from _of_lists(recorded, found, where)
    elif json.dumps(recorded) != json.dumps(found):
        yield f"{where}: recorded {json.dumps(recorded)}, found {json.dumps(found)}"


def _of_lists(recorded: list[Any], found: list[Any], where: str) -> Iterator[str]:
    """Entries that are missing and new ones, if there are; else those that are not the same."""
    if len(recorded) == len(found):
        for position, (before, after) in enumerate(zip(recorded, found, strict=True)):
            yield from differences(before, after, f"{where} > {position}")
        return
    left = [json.dumps(entry) for entry in found]
    for entry in map(json.dumps, recorded):
        if entry in left:
            left.remove(entry)
        else:
            yield f"{where}: missing {entry}"
    yield from (f"{where}: new {entry}" for entry in left)
