"""The class of a failed delivery: of the provider's reply, or of what Postfix says itself.

The classes are those of the relay, mailfleet/relay/reply_classes.py, as a deploy writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

LONGEST_CLASSED = 400  # characters of a reason that decide its class
_ADDRESS_IN_TEXT = re.compile(r'<(?:"(?:[^"\\]|\\.)*")?[^"<>]*>')
_DELAYED = "delivery temporarily suspended: "
# How Postfix introduces what a provider replied, in lower case.
_INTRODUCED = re.compile(
    r"(?:host \S+ (?:said|refused to talk to me)"
    r"|sasl (?:\[cached\] )?authentication failed; server \S+ said): "
)


class FailureClass(NamedTuple):
    """`fault`: whether the provider as such failed, not one message or its sender."""

    name: str
    fault: bool


OTHER = FailureClass("other", fault=False)


class Reasons:
    """Finds the class of a reason: the first of `classes` that matches counts. Each has "name",
    "said" (a regular expression for what a provider replies), "logged" (one for what Postfix says
    itself), both in lower case, and "fault". Raises KeyError, TypeError or re.error for others."""

    def __init__(self, classes: Iterable[Mapping[str, Any]]) -> None:
        known = list(classes)
        self._classes = [FailureClass(str(each["name"]), bool(each["fault"])) for each in known]
        self._said = _first_of([each["said"] for each in known])
        self._logged = _first_of([each["logged"] for each in known])
        self.of = lru_cache(maxsize=2000)(self._of)

    def _of(self, reason: str) -> FailureClass:
        """The class of a reason, as Postfix gives it in parentheses."""
        text = plain_reason(reason)
        reply = _INTRODUCED.match(text)
        found = self._said.match(text, reply.end()) if reply else self._logged.match(text)
        return self._classes[int(str(found.lastgroup)[1:])] if found else OTHER


def _first_of(patterns: list[str]) -> re.Pattern[str]:
    """One expression for all, with a group of its own for each: that is faster."""
    for pattern in patterns:
        re.compile(pattern)
    groups = [f"(?P<c{number}>{text})" for number, text in enumerate(patterns) if text]
    return re.compile("|".join(groups) or "(?!)", re.DOTALL)


def plain_reason(reason: str) -> str:
    """In lower case, and without what a recipient's address may bring: providers quote it."""
    text = reason[:LONGEST_CLASSED].lower()
    if text.startswith(_DELAYED):
        text = text[len(_DELAYED) :]
    return _ADDRESS_IN_TEXT.sub("<>", text) if "<" in text else text
