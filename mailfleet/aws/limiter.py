"""A token bucket: calls leave no faster than AWS answers them without throttling."""

import time
from collections.abc import Callable, Mapping

# Requests a second. "Amazon SES quotas": one for nearly every action that does not send;
# "Amazon Route 53 quotas": five an account. Others are far above what we call.
RATES = {"ses": 1.0, "route53": 5.0}
DEFAULT_RATE = 10.0

_SAME_QUOTA = {"sesv2": "ses"}


def quota(service: str) -> str:
    """Whose quota a service of boto3's counts against: SES is one service with two APIs."""
    return _SAME_QUOTA.get(service, service)


def rates(own: Mapping[str, float] | None) -> dict[str, float]:
    """By quota, with an account's own ones over the defaults."""
    return {**RATES, **(own or {})}


class TokenBucket:
    """`take()` returns when the next call may leave; `rate` tokens a second, `burst` at most.

    Tokens come back from the answer on (`answered()`): AWS counts when a request arrives, which
    is some time between its leaving and its answer. So no two ever arrive too soon after another,
    whatever the network does. For one caller at a time.
    """

    def __init__(
        self,
        rate: float,
        burst: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._sleep = sleep
        self._tokens = burst
        self._filled_at = clock()

    def take(self) -> None:
        """Take one token, asleep until it is there."""
        self._fill()
        if self._tokens < 1:
            self._sleep((1 - self._tokens) / self.rate)
            self._tokens = 1
        self._tokens -= 1

    def answered(self) -> None:
        """The call that took the last token has arrived, and its time begins to count."""
        self._filled_at = self._clock()

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
