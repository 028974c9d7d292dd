"""One screen of a fleet: what each host's monitor has found, in words. What is not known of a host
is "unknown", never well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailfleet.policy import Mail
from mailfleet.relay.mailq import age
from mailfleet.relay.queued_mail import printable

OLD = 180
"""Seconds after which a status says nothing about now; the monitor writes one each minute."""
LEVELS = ("ok", "warn", "unknown", "fail")
_VERSION = 1
_OUTCOMES = ("sent", "deferred", "bounced", "expired", "rejected")


@dataclass(frozen=True)
class HostStatus:
    """`status` is the monitor's (agent/monitor/status.py), None when `problem` says why it is not
    known."""

    host: str
    level: str
    status: Mapping[str, Any] | None = None
    problem: str = ""


def host_status(host: str, answer: Any, problem: str = "") -> HostStatus:
    """From the answer of the program "monitor_status", or from why there is none."""
    if problem:
        return HostStatus(host, "unknown", problem=problem)
    try:
        status, now = answer["status"], float(answer["now"])
        why = _not_known(status, now)
        if not why:
            found = HostStatus(host, status["level"] if status["level"] in LEVELS else "unknown",
                               status)  # fmt: skip
            list(_row(found, {}))  # what is not of the expected shape is unknown, too
            list(_totals([found], {}))
            list(_alerts(found))
            return found
    except (KeyError, TypeError, ValueError, AttributeError):
        why = "its status is not of this version of mailfleet: run deploy.py"
    return HostStatus(host, "unknown", problem=why)


def _not_known(status: Any, now: float) -> str:
    if status is None:
        return "its monitor has left no status: run deploy.py, or look at check-mail-logs.timer"
    if status["version"] != _VERSION:
        return f"its status has version {status['version']}, expected {_VERSION}: run deploy.py"
    seconds = now - float(status["at"])
    if abs(seconds) > OLD:
        when = f"{age(int(seconds))} old" if seconds > 0 else "of the future"
        return f"its status is {when}: look at `journalctl -u check-mail-logs` there"
    return ""


def prices_of(mail: Mail) -> dict[str, float]:
    """What a thousand messages cost, of the providers whose price the policy gives."""
    return {p.name: p.price for p in mail.providers if p.price is not None}


def status_lines(
    statuses: Sequence[HostStatus], prices: Mapping[str, float], now: float
) -> Iterator[str]:
    """The fleet in a line, each host in one, the last hour by provider, and what is wrong."""
    counts = [f"{n} {level}" for level in LEVELS for n in [_number(statuses, level)] if n]
    yield f"{clock(now)}: {len(statuses)} hosts, {', '.join(counts)}"
    yield ""
    rows = [("host", "level", "queue", "oldest", "held", "sent by"), *_rows(statuses, prices)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [f"{cell:{width}}" for cell, width in zip(row[:-1], widths, strict=True)]
        yield "  ".join([*cells, row[-1]]).rstrip()
    totals = list(_totals(statuses, prices))
    yield from ["", "Last hour:", *(f"  {line}" for line in totals)] if totals else []
    alerts = [line for found in statuses for line in _alerts(found)]
    yield from ["", *alerts] if alerts else []


def _number(statuses: Iterable[HostStatus], level: str) -> int:
    return sum(found.level == level for found in statuses)


def _rows(statuses: Iterable[HostStatus], prices: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    for found in statuses:
        yield tuple(_row(found, prices))


def _row(found: HostStatus, prices: Mapping[str, float]) -> Iterator[str]:
    yield from (found.host, found.level)
    if found.status is None:
        yield from ("-", "-", "-", printable(found.problem))
        return
    queue = found.status["queue"]
    yield f"{'' if queue['exact'] else '>= '}{int(queue['count'])}"
    yield age(int(queue["oldest_seconds"])) if queue["count"] else "-"
    yield str(int(queue["hold"]))
    yield _sent_by(found.status)


def _sent_by(status: Mapping[str, Any]) -> str:
    """The providers in use, and what moves mail away from the policy's."""
    sent = [f"{printable(name)} {hour['sent']}" for name, hour in sorted(status["hour"].items())
            if hour["sent"]]  # fmt: skip
    parts = [", ".join(sent) or "-"]
    if switch := status.get("switch"):
        to = ",".join(f"{name}:{weight}" for name, weight in sorted(switch.items()))
        parts.append(f"switched to {printable(to)}")
    away = [name for name, weight in sorted((status.get("weights") or {}).items()) if weight < 1]
    if away:
        parts.append(f"failover from {printable(', '.join(away))}")
    return "; ".join(parts)


def _totals(statuses: Iterable[HostStatus], prices: Mapping[str, float]) -> Iterator[str]:
    """The last hour of all hosts by provider, and what it cost where the price is known."""
    totals: dict[str, dict[str, int]] = {}
    for found in statuses:
        for name, hour in (found.status or {}).get("hour", {}).items():
            total = totals.setdefault(name, dict.fromkeys(_OUTCOMES, 0))
            for outcome in _OUTCOMES:
                total[outcome] += int(hour.get(outcome) or 0)
    for name, total in sorted(totals.items()):
        numbers = [f"{total[outcome]} {outcome}" for outcome in _OUTCOMES
                   if total[outcome] or outcome == "sent"]  # fmt: skip
        cost = f", cost {total['sent'] / 1000 * prices[name]:.2f}" if name in prices else ""
        yield f"{printable(name)}: {', '.join(numbers)}{cost}"


def _alerts(found: HostStatus) -> Iterator[str]:
    for finding in (found.status or {}).get("findings", ()):
        if finding["level"] == "ok":
            continue
        since = f" since {clock(finding['first'])}" if finding.get("first") else ""
        key, summary = printable(finding["key"]), printable(finding["summary"])
        yield f"{found.host}: {finding['level']}{since}: {summary} [{key}]"
        if finding.get("remedy"):
            yield f"    {printable(finding['remedy'])}"


def clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
