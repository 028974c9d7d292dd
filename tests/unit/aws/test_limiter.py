from mailfleet.aws.limiter import TokenBucket, quota


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_calls_leave_at_the_rate_and_no_faster() -> None:
    time = Time()
    bucket = TokenBucket(2, clock=time.clock, sleep=time.sleep)
    left = []
    for _ in range(5):
        bucket.take()
        left.append(time.now)
        bucket.answered()
    assert left == [0, 0.5, 1.0, 1.5, 2.0]


def test_a_slow_way_brings_no_two_calls_closer_together() -> None:
    time = Time()
    bucket = TokenBucket(1, clock=time.clock, sleep=time.sleep)
    arrived = []
    for there, back in [(0.75, 0), (0, 0.25), (0.5, 0), (0, 0)]:
        bucket.take()
        time.now += there
        arrived.append(time.now)
        time.now += back
        bucket.answered()
    assert arrived == [0.75, 1.75, 3.5, 4.5]


def test_a_pause_saves_no_more_than_the_burst() -> None:
    time = Time()
    bucket = TokenBucket(1, clock=time.clock, sleep=time.sleep)
    bucket.take()
    bucket.answered()
    time.now += 100
    for _ in range(2):
        bucket.take()
        bucket.answered()
    assert time.now == 101


def test_both_apis_of_ses_share_one_quota() -> None:
    assert quota("ses") == quota("sesv2") != quota("route53")
