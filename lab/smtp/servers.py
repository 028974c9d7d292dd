"""All SMTP end points on one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any

from lab.faults import Faults
from lab.smtp.endpoint import EndPoint
from lab.smtp.troubles import DOWN


class SmtpServers:
    def __init__(self, end_points: Sequence[EndPoint], faults: Faults) -> None:
        self._end_points = end_points
        self._faults = faults
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)

    def start(self) -> None:
        """Listening when it returns; from then on "down" and "up" are obeyed."""
        self._thread.start()
        self.obey()
        self._faults.on_change = self.obey

    def obey(self) -> None:
        """Open and close the listening sockets as the faults say."""
        for end_point in self._end_points:
            down = self._faults.trouble(end_point.service.name) == DOWN
            self._run(end_point.close() if down else end_point.open())

    def stop(self) -> None:
        for end_point in self._end_points:
            self._run(end_point.close())
        self._run(_end_sessions())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


async def _end_sessions() -> None:
    """aiosmtpd runs each session in a task that outlives its connection for a moment."""
    sessions = asyncio.all_tasks() - {asyncio.current_task()}
    for session in sessions:
        session.cancel()
    await asyncio.gather(*sessions, return_exceptions=True)
