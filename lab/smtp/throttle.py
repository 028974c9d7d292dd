"""A maximum sending rate, as SES has it: so many recipients within any second.

"Managing your Amazon SES sending limits": quotas are counted in recipients.
"""

from __future__ import annotations

import threading
import time
from collections import deque


class Throttle:
    def __init__(self) -> None:
        self._taken: deque[float] = deque()
        self._lock = threading.Lock()

    def admits(self, recipients: int, rate: float | None) -> bool:
        """Whether that many more recipients are within the rate; they then count."""
        if rate is None:
            return True
        with self._lock:
            now = time.monotonic()
            while self._taken and self._taken[0] <= now - 1:
                self._taken.popleft()
            if len(self._taken) + recipients > max(rate, 1):
                return False
            self._taken.extend([now] * recipients)
            return True
