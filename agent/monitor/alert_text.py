"""The words of an alert: a subject and a text for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from agent.monitor.alerts import Notice
from agent.monitor.finding import LEVELS

SHOWN = 20  # notices in one message
_ORDER = ("open", "worse", "recovered")


def in_order(notices: Sequence[Notice]) -> list[Notice]:
    """The worst first; what is over comes last."""
    return sorted(notices, key=lambda n: (_ORDER.index(n.kind) > 1, -LEVELS.index(n.level), n.at))


def subject_of(host: str, notices: Sequence[Notice]) -> str:
    first = in_order(notices)[0]
    more = f" and {len(notices) - 1} more" if len(notices) > 1 else ""
    if first.kind == "recovered":
        what = f"recovered after {duration(first.last - first.first)}: {first.summary}"
    else:
        what = f"{first.summary}, since {_clock(first.first, first.at)}"
    return f"[mail] {host}: {what}{more}"


def text_of_alert(host: str, fleet: str, notices: Sequence[Notice], remarks: Sequence[str]) -> str:
    """The body; `remarks` are sentences about the message itself."""
    shown = in_order(notices)[:SHOWN]
    parts = [*remarks, *(_paragraph(notice) for notice in shown)]
    if left := len(notices) - len(shown):
        parts.append(f"And {left} more, which are not shown here.")
    parts.append(f"Sent by the monitor of {host} (fleet {fleet}).")
    return "\n\n".join(parts) + "\n"


def _paragraph(notice: Notice) -> str:
    if notice.kind == "recovered":
        title = f"OK: over after {duration(notice.last - notice.first)}: {notice.summary}"
    else:
        worse = " (worse than before)" if notice.kind == "worse" else ""
        title = f"{notice.level.upper()}{worse}: {notice.summary}"
    first, last = _stamp(notice.first), _stamp(notice.last)
    times = "once" if notice.count == 1 else f"{notice.count} times"
    lines = [title, f"    key:    {notice.key}"]
    lines.append(f"    seen:   {times}, first {first}, last {last}")
    if notice.returns:
        again = "it comes and goes: it counts as over after half an hour without it"
        lines.append(f"    back:   {notice.returns} times within an hour; {again}")
    if notice.said:
        lines.append(f"    answer: {notice.said}")
    if notice.remedy and notice.kind != "recovered":
        lines.append(f"    do:     {notice.remedy}")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """`2 h 5 min`; never negative, whatever a clock did meanwhile."""
    minutes = int(max(seconds, 0.0) // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else "less than a minute"


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def _clock(at: float, now: float) -> str:
    """The time of day; with the date when that is another day."""
    then, today = (datetime.fromtimestamp(t, timezone.utc) for t in (at, now))
    return then.strftime("%H:%M UTC" if then.date() == today.date() else "%Y-%m-%d %H:%M UTC")
