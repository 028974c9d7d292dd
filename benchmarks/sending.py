"""Mail sent by a contender, timed where SES takes it."""

import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_bytes

from benchmarks.contenders import Contender
from benchmarks.figures import rate
from benchmarks.instance import Instance, running
from benchmarks.track import Track
from lab.errors import LabError
from lab.observed import Mail
from lab.smtp.troubles import THROTTLED_REPLY

_QUEUE = 200  # more than is sent in all windows
_SETTLE = 1.0  # seconds, for what was under way at another distance
_PAUSE = 3.0  # seconds, after which Postfix has closed an idle connection


@dataclass(frozen=True)
class Drained:
    """What became of a queue: `times` when SES took a message, refusals that throttle, and what
    has not left."""

    times: tuple[float, ...]
    throttled: int
    queued: int

    @property
    def seconds(self) -> float:
        """From the first message to the last."""
        return max(self.times) - min(self.times)


def rates(track: Track, contender: Contender, windows: Mapping[float, float]) -> dict[float, float]:
    """Messages a second at each round trip, watched for so many seconds, from a queue that does
    not run dry."""
    with running(track.lab, track.relays[0], contender) as instance:
        instance.fill(track.sender, _QUEUE)
        with track.conditions(next(iter(windows))):
            instance.release()
            track.wait_for(2, 30)
            return {trip: _rate_at(track, trip, seconds) for trip, seconds in windows.items()}


def _rate_at(track: Track, round_trip: float, seconds: float) -> float:
    track.move(round_trip)
    time.sleep(_SETTLE)
    start = time.time()
    time.sleep(seconds)
    times = [mail.at for mail in track.taken() if mail.at > start]
    if len(times) < 2:
        raise LabError(f"SES took {len(times)} messages in {seconds:g} s")
    return rate(times)


def drain(
    track: Track,
    contender: Contender,
    number: int,
    round_trip: float,
    *,
    relays: int = 1,
    cap: float | None = None,
    bound: float,
) -> Drained:
    """Have so many relays send as much queued mail as makes `number` together, under a cap in
    messages a second, and wait at most `bound` seconds."""
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        instances = [
            stack.enter_context(running(track.lab, relay, contender))
            for relay in track.relays[:relays]
        ]
        list(pool.map(lambda instance: instance.fill(track.sender, number // relays), instances))
        with track.conditions(round_trip, cap):
            list(pool.map(Instance.release, instances))
            times = tuple(mail.at for mail in track.wait_for(number, bound))
            refusals = track.control.refusals()
        queued = sum(pool.map(Instance.queued, instances))
    throttled = sum(refusal.reply == THROTTLED_REPLY for refusal in refusals)
    return Drained(times, throttled, queued)


def alone(track: Track, contender: Contender, round_trip: float, times: int = 3) -> float:
    """Seconds from sendmail(1) to SES, of a message by itself; the median of so many."""
    with (
        running(track.lab, track.relays[0], contender) as instance,
        track.conditions(round_trip),
    ):
        for number in range(1, times + 1):
            instance.submit(track.sender)
            track.wait_for(number, 20)
            time.sleep(_PAUSE)
        return statistics.median(mail.at - _submitted_at(mail) for mail in track.taken())


def _submitted_at(mail: Mail) -> float:
    """The message says so itself, see Instance.submit."""
    return float(str(message_from_bytes(mail.data)["Subject"]))
