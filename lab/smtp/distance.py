"""A connection whose other end is far away.

Modelled at the end point, where whatever it sends leaves a round trip late: replies, and TLS's
part of the handshake. Its first bytes are two late, because TCP shakes hands before. A client
cannot tell that from a long way, except that nothing is lost and no bandwidth is scarce. In wrapper
mode TLS's handshake is below this, and takes no time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

Bytes = bytes | bytearray | memoryview


class DistantTransport:
    """An asyncio transport in front of another. `round_trip` says the seconds, and may change its
    mind while the connection is open."""

    def __init__(self, transport: asyncio.Transport, round_trip: Callable[[], float]) -> None:
        self._transport = transport
        self._round_trip = round_trip
        self._loop = asyncio.get_running_loop()
        self._connected = self._loop.time() + round_trip()
        self._waiting: deque[Callable[[], object]] = deque()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: Bytes) -> None:
        sent = bytes(data)  # the caller may use its buffer again
        self._later(lambda: self._transport.write(sent))

    def writelines(self, parts: Iterable[Bytes]) -> None:
        self.write(b"".join(parts))

    def close(self) -> None:
        self._later(self._transport.close)

    def _later(self, act: Callable[[], object]) -> None:
        """In the order of the calls: whichever timer is first takes what waits longest."""
        round_trip = self._round_trip()
        if not round_trip and not self._waiting:
            act()
            return
        self._waiting.append(act)
        sent_at = max(self._loop.time(), self._connected)
        self._loop.call_at(sent_at + round_trip, lambda: self._waiting.popleft()())
