"""Where relays are measured: the lab with its policy deployed, and an SES as far away as asked."""

import smtplib
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.contenders import ses_of
from lab.control import Control
from lab.errors import LabError
from lab.observed import Mail
from lab.processes import read_world
from lab.state import Lab, state_dir
from mailfleet.policy import Mail as Policy
from mailfleet.policy import Ses

_PROBES = 9


@dataclass(frozen=True)
class Track:
    lab: Lab
    policy: Policy

    @property
    def control(self) -> Control:
        return Control(self.lab.control)

    @property
    def relays(self) -> list[str]:
        return [relay.name for relay in self.lab.relays]

    @property
    def ses(self) -> Ses:
        return ses_of(self.policy)

    @property
    def sender(self) -> str:
        return self.policy.noreply

    @contextmanager
    def conditions(self, round_trip: float, cap: float | None = None) -> Iterator[None]:
        """SES so many seconds away, with that maximum send rate, and nothing taken or refused yet;
        afterwards as before."""
        faults = self.control.faults()
        try:
            self.move(round_trip)
            self.control.set_faults(send_rate=cap)
            self.control.forget_mail()
            self.control.forget_refusals()
            yield
        finally:
            self.control.set_faults(smtp_delay=faults["smtp_delay"], send_rate=faults["send_rate"])

    def move(self, round_trip: float) -> None:
        self.control.set_faults(smtp_delay={self.ses.name: round_trip})

    def taken(self) -> list[Mail]:
        return self.control.mail(self.ses.name)

    def wait_for(self, number: int, seconds: float) -> list[Mail]:
        """What SES has taken once it is so much, or time is up; LabError when it is too little to
        measure."""
        deadline = time.monotonic() + seconds
        while len(taken := self.taken()) < number and time.monotonic() < deadline:
            time.sleep(0.5)
        if len(taken) < min(number, 2):
            raise LabError(f"SES took {len(taken)} of {number} messages in {seconds:g} s")
        return taken

    def measured_round_trip(self, round_trip: float) -> float:
        """Seconds that NOOP takes: the emulation's clock ticks in milliseconds."""
        world = read_world(state_dir()) or {"ses": ()}
        end = next(end for end in world["ses"] if end["host"] == self.ses.host)
        with self.conditions(round_trip), smtplib.SMTP(end["address"], end["port"]) as client:
            return statistics.median(_noop(client) for _ in range(_PROBES))


def _noop(client: smtplib.SMTP) -> float:
    start = time.perf_counter()
    client.noop()
    return time.perf_counter() - start
