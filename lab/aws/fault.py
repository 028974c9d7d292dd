"""A fault that befalls AWS calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any


@dataclass
class AwsFault:
    """Of the calls whose service:Operation `match` finds, `skip` go well; then it befalls `every`
    one, second, third ... of `times`, None: all. They are answered with `status` and `code`; or
    the connection is cut, and `drop` says whether that is before or after the call was carried
    out; or they are answered `late`, in seconds."""

    match: str = ""
    skip: int = 0
    times: int | None = None
    every: int = 1
    status: int = 0
    code: str = ""
    drop: str = ""
    late: float = 0
    _seen: Iterator[int] = field(default_factory=count, init=False)

    def befalls(self, call: str) -> bool:
        """Whether this call is one of them; each one that matches is counted."""
        if not re.search(self.match, call):
            return False
        number = next(self._seen) - self.skip
        within = self.times is None or number < self.times
        return number >= 0 and within and number % self.every == 0


def check(value: Any) -> None:
    """ValueError for what is no such fault in JSON."""
    if value is None:
        return
    which = {"match", "skip", "times", "every"}
    known = isinstance(value, Mapping) and set(value) - which in (
        {"status", "code"},
        {"drop"},
        {"late"},
    )
    if not known or value.get("drop", "after") not in ("before", "after"):
        raise ValueError(
            "aws is null, or an object with status and code, drop (before or after) or late, and "
            "with match, skip, times and every unless all calls are meant"
        )
    try:
        re.compile(value.get("match", ""))
    except re.error as error:
        raise ValueError(f"aws.match is not a regular expression: {error}") from error
