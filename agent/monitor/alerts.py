"""Which findings become alerts, and when: from what was found, what was kept, and the time.

An alert is sent when something changes: trouble begins, becomes worse, or is over. What is absent
from the findings, or "ok", is good; "unknown" neither begins nor ends trouble until it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from agent.monitor.finding import LEVELS, Finding, one_line

PASSES_NEEDED = {"fail": 1, "warn": 2, "unknown": 5}  # before an alert is sent
GOOD_PASSES = 3  # in a row, before trouble is over
COMES_BACK = 3600.0  # seconds after its end within which the same trouble is back, and not new
QUIET = 1800.0  # seconds that trouble that was back must be good for
EVENT_LASTS = 3600.0  # seconds without another one until an event is over
MOST_ALERTS = 100
LEFT_OUT = "alerts:left-out"


@dataclass(frozen=True)
class Alert:
    """What is known of one thing in trouble. `announced` is the worst level that an alert was sent
    for, "" while there was none; `ended` is 0 while it lasts."""

    key: str
    level: str
    summary: str
    said: str
    remedy: str
    event: bool
    provider: str
    first: float
    last: float
    count: int = 0
    bad: int = 0
    unknown: int = 0
    good: int = 0
    announced: str = ""
    returns: int = 0
    ended: float = 0.0


@dataclass(frozen=True)
class Notice:
    """What is to be said of one alert; `kind` is "open", "worse" or "recovered"."""

    kind: str
    at: float
    key: str
    level: str
    summary: str
    said: str
    remedy: str
    provider: str
    first: float
    last: float
    count: int
    returns: int = 0


def update(
    kept: Mapping[str, Any], findings: Iterable[Finding], silences: Mapping[str, float], now: float
) -> tuple[dict[str, Any], list[Notice]]:
    """The alerts as they are after a pass (JSON, by key), and what is to be said of them."""
    alerts = _readable(kept)
    found = _worst(findings, alerts)
    notices = []
    after = {}
    for key in [*alerts, *(key for key in found if key not in alerts)]:
        alert, kind = _next(alerts.get(key), found.get(key), now)
        if kind and (kind == "recovered" or not silenced(key, silences, now)):
            notices.append(_notice(alert, kind, now))
            alert = replace(alert, announced="" if kind == "recovered" else alert.level)
        after[key] = alert
    return {alert.key: asdict(alert) for alert in _remembered(after.values(), now)}, notices


def silenced(key: str, silences: Mapping[str, float], now: float) -> bool:
    """`provider:ses` silences all keys that begin with `provider:ses:`, too."""
    return any(
        now < until and (key == name or key.startswith(f"{name}:"))
        for name, until in silences.items()
    )


def ongoing(kept: Mapping[str, Any]) -> list[Alert]:
    """The alerts that were sent and are not over."""
    return [alert for alert in _readable(kept).values() if alert.announced]


def _readable(kept: Mapping[str, Any]) -> dict[str, Alert]:
    """What an earlier version kept in another form is forgotten."""
    alerts = {}
    for key, fields in kept.items():
        try:
            alerts[key] = Alert(**fields)
        except TypeError:
            continue
    return alerts


def _worst(findings: Iterable[Finding], alerts: Mapping[str, Alert]) -> dict[str, Finding]:
    """By key, the worst of each; what there is no room for is counted in one finding."""
    bad = [finding for finding in findings if finding.level in PASSES_NEEDED]
    found: dict[str, Finding] = {}
    room = MOST_ALERTS - sum(not alert.ended for alert in alerts.values())
    left = set()
    for finding in sorted(bad, key=lambda f: LEVELS.index(f.level), reverse=True):
        known = finding.key in found or (finding.key in alerts and not alerts[finding.key].ended)
        if known or room > 0:
            room -= not known
            found.setdefault(finding.key, finding)
        else:
            left.add(finding.key)
    if left:
        summary = f"{len(left)} more kinds of trouble were found than can be reported one by one"
        found[LEFT_OUT] = Finding(LEFT_OUT, "fail", summary, count=len(left))
    return found


def _remembered(alerts: Iterable[Alert], now: float) -> list[Alert]:
    """Those that last, and the latest of those that may come back."""
    every = list(alerts)
    ended = [alert for alert in every if alert.ended and now - alert.ended < COMES_BACK]
    ended.sort(key=lambda alert: alert.ended, reverse=True)
    return [alert for alert in every if not alert.ended] + ended[:MOST_ALERTS]


def _next(alert: Alert | None, finding: Finding | None, now: float) -> tuple[Alert, str]:
    """The alert after this pass, and the kind of notice that its change asks for, or ""."""
    if finding is None:
        assert alert is not None  # noqa: S101  one of them is there
        return _without(alert, now)
    if alert is None or (alert.ended and now - alert.ended >= COMES_BACK):
        alert = _begun(finding, now)
    elif alert.ended:
        alert = replace(_begun(finding, now), returns=alert.returns + 1)
    return _with(alert, finding, now)


def _begun(finding: Finding, now: float) -> Alert:
    return Alert(finding.key, finding.level, "", "", "", finding.event, finding.provider, now, now)


def _with(alert: Alert, finding: Finding, now: float) -> tuple[Alert, str]:
    if finding.level == "unknown" and alert.announced:
        return replace(alert, good=0), ""  # not seen is neither better nor worse
    unknown = finding.level == "unknown"
    alert = replace(
        alert,
        level=finding.level,
        summary=one_line(finding.summary),
        said=one_line(finding.said) or alert.said,
        remedy=one_line(finding.remedy) or alert.remedy,
        provider=finding.provider or alert.provider,
        last=now,
        count=alert.count + finding.count,
        bad=alert.bad + (not unknown),
        unknown=alert.unknown + unknown,
        good=0,
    )
    if alert.announced:
        worse = LEVELS.index(alert.level) > LEVELS.index(alert.announced)
        return alert, "worse" if worse else ""
    passes = alert.unknown if unknown else alert.bad
    needed = 1 if alert.event and not unknown else PASSES_NEEDED[alert.level]
    return alert, "open" if passes >= needed else ""


def _without(alert: Alert, now: float) -> tuple[Alert, str]:
    """Nothing bad was found of it in this pass."""
    if alert.ended:
        return alert, ""
    alert = replace(alert, good=alert.good + 1)
    if alert.event:
        over = now - alert.last >= EVENT_LASTS
    else:
        over = alert.good >= GOOD_PASSES and (not alert.returns or now - alert.last >= QUIET)
    if not over:
        return alert, ""
    alert = replace(alert, ended=now)
    if alert.announced and not alert.event:
        return alert, "recovered"
    return replace(alert, announced=""), ""


def _notice(alert: Alert, kind: str, now: float) -> Notice:
    return Notice(
        kind, now, alert.key, alert.level, alert.summary, alert.said, alert.remedy, alert.provider,
        alert.first, alert.last, alert.count, alert.returns,
    )  # fmt: skip
