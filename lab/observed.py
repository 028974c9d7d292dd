"""What happened in the lab: AWS calls and accepted mail, in memory and bounded."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")

CALLS_KEPT = 50_000
MAILS_KEPT = 10_000


@dataclass(frozen=True)
class ApiCall:
    """One AWS API call; `error` is its code, or None. `parameters` are kept of calls that change
    something, and only `Control.writes` gives them."""

    n: int
    at: float
    service: str
    operation: str
    region: str
    write: bool
    status: int
    error: str | None
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Mail:
    """One accepted mail; `data` as signed, in CR LF lines. Its recipients get it from the address
    `sent_from`, with `return_path` as the envelope's sender."""

    n: int
    provider: str
    at: float
    tls: str
    user: str
    peer: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    data: bytes
    return_path: str
    sent_from: str


@dataclass(frozen=True)
class Refusal:
    """One mail that an SMTP end point did not take, and its reply."""

    n: int
    provider: str
    at: float
    peer: str
    reply: str


class Log(Generic[Item]):
    """The last `size` items, each with a number (from 1, never reused) and a time."""

    def __init__(self, size: int) -> None:
        self._items: deque[Item] = deque(maxlen=size)
        self._number = 0
        self._lock = threading.Lock()

    def stamp(self) -> tuple[int, float]:
        with self._lock:
            self._number += 1
            return self._number, time.time()

    def add(self, item: Item) -> None:
        with self._lock:
            self._items.append(item)

    def all(self) -> list[Item]:
        with self._lock:
            return list(self._items)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
