"""How many requests a second AWS takes: what comes faster is answered as throttled.

"Amazon SES endpoints and quotas": one request a second for all that does not send, either API,
in a region: https://docs.aws.amazon.com/general/latest/gr/ses.html
"Amazon Route 53 quotas": five requests a second, an account:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from lab.aws.errors import ApiError

RATES = {"ses": 1.0, "route53": 5.0}
"""As AWS documents them."""

_SHARED = {"sesv2": "ses"}
_ACCOUNT_WIDE = frozenset(("route53",))


class Quotas:
    """Counts what is let in. `rates` is asked at each request, so that it can change."""

    def __init__(
        self,
        rates: Callable[[], Mapping[str, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._let_in: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, service: str, region: str) -> None:
        """Raise what AWS answers when there were too many within the last second.

        A rate of five is taken as it is written: five within any second, however close together.
        `strict` leaves no two closer than a fifth of one.
        """
        quota = _SHARED.get(service, service)
        rates = self._rates()
        if quota not in rates:
            return
        rate, strict = rates[quota], bool(rates.get("strict"))
        most, seconds = (1, 1 / rate) if strict or rate < 1 else (int(rate), 1.0)
        with self._lock:
            now = self._clock()
            where = "" if quota in _ACCOUNT_WIDE else region
            recent = self._let_in.setdefault((quota, where), deque())
            while recent and recent[0] <= now - seconds:
                recent.popleft()
            if len(recent) >= most:
                raise _throttled(service)
            recent.append(now)


def _throttled(service: str) -> ApiError:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentity.html#API_GetEmailIdentity_Errors
    https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
    """
    if service == "sesv2":
        return ApiError("TooManyRequestsException", "Rate exceeded", 429)
    return ApiError("Throttling", "Rate exceeded")
