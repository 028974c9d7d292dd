"""A maximum sending rate, as SES has it.

"Managing your Amazon SES sending limits": it counts recipients, and may be exceeded "for short
bursts, but not for sustained periods of time". How short it does not say: here, half a second
of the rate.
"""

from __future__ import annotations

import threading
import time

BURST = 1.5  # seconds of the rate that can be had at once


class Throttle:
    def __init__(self) -> None:
        self._filled_at = 0.0
        self._left = 0.0
        self._lock = threading.Lock()

    def admits(self, recipients: int, rate: float | None) -> bool:
        """Whether that many more recipients are within the rate; they then count."""
        if rate is None:
            return True
        with self._lock:
            now = time.monotonic()
            burst = max(BURST * rate, 1.0)
            self._left = min(burst, self._left + (now - self._filled_at) * rate)
            self._filled_at = now
            if recipients > self._left:
                return False
            self._left -= recipients
            return True
