"""No expression of the agent takes long, whatever a log, a mail or a file holds."""

import ast
import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agent.monitor.reasons import Reasons
from mailfleet.relay.agent import AGENT
from mailfleet.relay.reply_classes import logged_classes
from tests.support.hostile_texts import LONGEST, hostile_texts

LIMIT = 0.010  # seconds of CPU time for LONGEST characters
USES = ("match", "search", "fullmatch", "sub", "findall", "split")
# The monitor replaces the first three; pymilter is on relays only.
NOT_THESE = {"check_mail_logs", "emergency_mail_sender", "deliveries", "milter"}
MODULES = sorted(
    str(path.relative_to(AGENT.parent).with_suffix("")).replace("/", ".")
    for path in AGENT.rglob("*.py")
    if path.stem not in NOT_THESE
)


def expressions(module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The compiled ones of a module, with the name by which it uses them, and those that it gives
    as text to a function of re."""
    for name, value in vars(module).items():
        yield from ((name, pattern) for pattern in inside(value))
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            how = ast.unparse(node.func).removeprefix("re.")
            text = node.args[0] if node.args else None
            if how in USES and isinstance(text, ast.Constant):
                yield f"re.{how}", re.compile(text.value)


def inside(value: object) -> Iterator[re.Pattern[Any]]:
    owner = getattr(value, "__self__", None)  # of a method such as PATTERN.search
    for found in (value, owner):
        if isinstance(found, re.Pattern):
            yield found
    if isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from inside(each)
    if isinstance(value, dict):
        for each in value.values():
            yield from inside(each)


def uses(name: str, module: ModuleType) -> list[str]:
    """How the module applies it; all ways where that cannot be seen."""
    if name.startswith("re."):
        return [name.removeprefix("re.")]
    method = getattr(vars(module).get(name), "__name__", "")
    source = Path(str(module.__file__)).read_text()
    found = [use for use in USES if re.search(rf"\b{name}\.{use}\(", source) or use == method]
    return found or list(USES)


def seconds(pattern: re.Pattern[Any], use: str, text: str) -> float:
    given: Any = text.encode("latin-1") if isinstance(pattern.pattern, bytes) else text
    apply = getattr(pattern, use)
    begin = time.thread_time()
    if use == "sub":
        apply("" if isinstance(given, str) else b"", given)
    else:
        apply(given)
    return time.thread_time() - begin


def slow(pattern: re.Pattern[Any], use: str) -> str | None:
    """A text on which it takes longer than LIMIT each time."""
    for text in hostile_texts(pattern):  # on a busy machine one measurement may be wrong
        if all(seconds(pattern, use, text) > LIMIT for _ in range(3)):
            return text
    return None


@pytest.mark.case("alerts-3")
@pytest.mark.parametrize("name", MODULES)
def test_no_expression_of_a_program_takes_long(name: str) -> None:
    module = importlib.import_module(name)
    for known, pattern in dict.fromkeys(expressions(module)):
        for use in uses(known, module):
            text = slow(pattern, use)
            assert text is None, f"{name}.{known}.{use}: {pattern.pattern!r} on {text[:60]!r}..."


@pytest.mark.case("alerts-3")
def test_no_class_of_a_reason_takes_long() -> None:
    reasons = Reasons(logged_classes())
    for pattern in (reasons._said, reasons._logged):
        assert slow(pattern, "match") is None


@pytest.mark.parametrize("text", [r"relay=.*delays=.*status=", r"\s+$"])
def test_slow_ones_are_found(text: str) -> None:
    assert slow(re.compile(text), "search") is not None


def test_texts_are_as_long_as_a_line_may_be() -> None:
    assert {len(text) for text in hostile_texts(re.compile("a+b"))} == {LONGEST}
