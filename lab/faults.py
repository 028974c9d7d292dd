"""What is wrong in the lab's world right now: switched by the control API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from lab.aws import fault
from lab.smtp.troubles import TROUBLES, UP


class Faults:
    """Read anywhere; changed by `set`, which refuses (ValueError) what it doesn't know.

    verification: "live" | "never" | {"late": seconds after the records first appeared}
    aws: None | the fields of lab.aws.fault.AwsFault
    operator: None | the IAM policy document by which calls are allowed
    pending: seconds for which a change of records is PENDING
    dns_lag: seconds that name servers are behind Route 53
    young_key: seconds for which a new access key answers 535
    smtp: {provider's name: one of lab.smtp.troubles}
    smtp_delay: {provider's name: seconds of a round trip to it}, see lab.smtp.distance
    send_rate: None | recipients a second that SES takes
    rates: {} | {"ses": requests a second, "route53": requests a second, "strict": bool}; see
        lab.aws.quotas, whose RATES are AWS's own
    busy_zone: seconds for which a change batch keeps its hosted zone from taking another
    """

    def __init__(self, providers: Iterable[str] = ()) -> None:
        self._providers = frozenset(providers)
        self._start: dict[str, Any] = {
            "verification": "live",
            "aws": None,
            "operator": None,
            "pending": 0,
            "dns_lag": 0,
            "young_key": 0,
            "smtp": dict.fromkeys(self._providers, UP),
            "smtp_delay": dict.fromkeys(self._providers, 0),
            "send_rate": None,
            "rates": {},
            "busy_zone": 0,
        }
        self._now: dict[str, Any] = dict(self._start)
        self._aws: fault.AwsFault | None = None
        self.on_change: Callable[[], None] = lambda: None

    def current(self) -> dict[str, Any]:
        return dict(self._now)

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Change what is named, leave the rest."""
        for name, value in wanted.items():
            if name not in self._now:
                raise ValueError(f"unknown fault {name!r}, known are {', '.join(self._now)}")
            _CHECKS[name](value)
        each = {name: self._now[name] | wanted.get(name, {}) for name in ("smtp", "smtp_delay")}
        strangers = set().union(*each.values()) - self._providers
        if strangers:
            raise ValueError(f"no such provider: {', '.join(sorted(strangers))}")
        self._now |= dict(wanted) | each
        if "aws" in wanted:
            self._aws = fault.AwsFault(**wanted["aws"]) if wanted["aws"] else None
        self.on_change()

    def reset(self) -> None:
        self._now = dict(self._start)
        self._aws = None
        self.on_change()

    @property
    def verification_delay(self) -> float | None:
        """Seconds from the records' appearance to SUCCESS; None means never."""
        verification = self._now["verification"]
        if isinstance(verification, Mapping):
            return float(verification["late"])
        return 0.0 if verification == "live" else None

    @property
    def operator(self) -> Mapping[str, Any] | None:
        policy: Mapping[str, Any] | None = self._now["operator"]
        return policy

    @property
    def pending(self) -> float:
        return float(self._now["pending"])

    @property
    def dns_lag(self) -> float:
        return float(self._now["dns_lag"])

    @property
    def young_key(self) -> float:
        return float(self._now["young_key"])

    @property
    def rates(self) -> Mapping[str, float]:
        rates: Mapping[str, float] = self._now["rates"]
        return rates

    @property
    def busy_zone(self) -> float:
        return float(self._now["busy_zone"])

    def trouble(self, provider: str) -> str:
        """What is wrong with a provider's end point: one of lab.smtp.troubles."""
        return str(self._now["smtp"].get(provider, UP))

    def delay(self, provider: str) -> float:
        return float(self._now["smtp_delay"].get(provider, 0))

    @property
    def send_rate(self) -> float | None:
        return None if self._now["send_rate"] is None else float(self._now["send_rate"])

    def aws(self, service: str, operation: str) -> fault.AwsFault | None:
        """What befalls the call that is asked for: asking counts it."""
        return self._aws if self._aws and self._aws.befalls(f"{service}:{operation}") else None


def _check_verification(value: Any) -> None:
    late = value.get("late") if isinstance(value, Mapping) else None
    if value not in ("live", "never") and not isinstance(late, int | float):
        raise ValueError('verification is "live", "never" or {"late": seconds}')


def _check_operator(value: Any) -> None:
    if value is not None and not (isinstance(value, Mapping) and value.get("Statement")):
        raise ValueError("operator is null or an IAM policy document")


def _check_seconds(name: str, value: Any) -> None:
    if not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name}: found {value!r}, expected seconds")


def _check_rates(value: Any) -> None:
    known = isinstance(value, Mapping) and set(value) <= {"ses", "route53", "strict"}
    if not known or not all(
        isinstance(rate, int | float) and rate > 0
        for name, rate in value.items()
        if name != "strict"
    ):
        raise ValueError("rates maps ses and route53 to requests a second; strict is true or false")


def _check_smtp(value: Any) -> None:
    if not isinstance(value, Mapping) or not set(value.values()) <= set(TROUBLES):
        raise ValueError(f"smtp maps a provider's name to one of {', '.join(TROUBLES)}")


def _check_smtp_delay(value: Any) -> None:
    if not isinstance(value, Mapping) or not all(_is_seconds(each) for each in value.values()):
        raise ValueError("smtp_delay maps a provider's name to seconds")


def _check_send_rate(value: Any) -> None:
    if value is not None and not (_is_seconds(value) and value > 0):
        raise ValueError("send_rate is null or a number of recipients a second")


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and value >= 0


_CHECKS: dict[str, Callable[[Any], None]] = {
    "verification": _check_verification,
    "aws": fault.check,
    "operator": _check_operator,
    "pending": partial(_check_seconds, "pending"),
    "dns_lag": partial(_check_seconds, "dns_lag"),
    "young_key": partial(_check_seconds, "young_key"),
    "smtp": _check_smtp,
    "rates": _check_rates,
    "busy_zone": partial(_check_seconds, "busy_zone"),
    "smtp_delay": _check_smtp_delay,
    "send_rate": _check_send_rate,
}
