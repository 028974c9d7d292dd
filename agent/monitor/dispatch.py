"""A pass's findings on their way out: what is to be said is kept, sent, and kept as sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.monitor import outbox as out
from agent.monitor.alert_text import in_order, subject_of, text_of_alert
from agent.monitor.alerts import ongoing, update
from agent.monitor.channel import Channel, Message
from agent.monitor.channels import send
from agent.monitor.finding import Finding, key_of

REPEAT = 3600.0  # seconds between repeated alerts of a monitor without a memory
USUAL_PERIOD = 60.0  # seconds between two passes, until two were seen
SILENT_FOR = 600.0  # seconds for which a recipient has to refuse to be trouble of its own
_FORGETFUL = (
    "This alert may be repeated, up to twice an hour: {}. What it is about may have been "
    "reported before."
)


@dataclass(frozen=True)
class Origin:
    """Who speaks: the host's name in the inventory, and the fleet's."""

    host: str
    fleet: str


@dataclass(frozen=True)
class Outcome:
    """`state` is what to keep, and was kept unless `unkept` says why not. `stuck`: there is
    something to say that no channel accepts, so that the dead man's switch must speak. `channels`:
    by recipient {"ok", "at", "error"}."""

    state: dict[str, Any]
    stuck: bool
    channels: dict[str, dict[str, Any]]
    unkept: str = ""


def dispatch(
    kept: Mapping[str, Any],
    findings: Iterable[Finding],
    channels: Sequence[Channel],
    silences: Mapping[str, float],
    origin: Origin,
    now: float,
    keep: Callable[[dict[str, Any]], str],
) -> Outcome:
    """Send what is new since `kept`, the `state` of the last outcome.

    `keep` saves the state, together with whatever else has to be saved with it (the place in the
    log), and returns "" or one sentence. It is called before anything is sent, so that no alert
    repeats itself because nothing can be written: see _in_window.
    """
    outbox = out.from_json(kept.get("outbox", {}))
    every = [*findings, *_unreachable(outbox, now)]
    alerts, notices = update(kept.get("alerts", {}), every, silences, now)
    out.add(outbox, notices, [name for channel in channels for name in channel.names])
    batches = out.due(outbox, now) if channels else []
    for batch in batches:
        out.begin(outbox, batch, now)
    period = _period(kept, now)

    def state() -> dict[str, Any]:
        return {"at": now, "period": period, "alerts": alerts, "outbox": out.to_json(outbox)}

    unkept = keep(state())
    if batches and (not unkept or _in_window(kept, now)):
        avoid = {alert.provider for alert in ongoing(alerts) if alert.provider}
        remarks = _remarks(outbox, unkept)
        messages = [
            (_message(batch, origin, now, avoid, remarks), batch.targets) for batch in batches
        ]
        for batch, errors in zip(batches, send(channels, messages)):
            out.settle(outbox, batch, errors, now)
        unkept = keep(state())
    unsaid = out.stuck(outbox) or bool(unkept and outbox.notices)
    return Outcome(state(), unsaid, _shown(outbox), unkept)


def _unreachable(outbox: out.Outbox, now: float) -> list[Finding]:
    """Recipients that take no alerts are trouble that the others are to hear of."""
    return [
        Finding(
            key_of("alerts", name),
            "warn",
            f"alerts to {name} are not accepted",
            said=target.error,
            remedy="echo test | emergency_mail_sender test",
        )
        for name, target in outbox.targets.items()
        if target.since and now - target.since >= SILENT_FOR
    ]


def _period(kept: Mapping[str, Any], now: float) -> float:
    """Seconds between passes, as the last two show it."""
    seen = now - float(kept.get("at", 0.0))
    return seen if 0.0 < seen <= REPEAT else float(kept.get("period", USUAL_PERIOD))


def _in_window(kept: Mapping[str, Any], now: float) -> bool:
    """Whether a monitor that cannot remember may speak: in its first pass without a memory, and
    then every hour, counted from the last time that it could write."""
    period = float(kept.get("period", USUAL_PERIOD))
    since = now - float(kept.get("at", 0.0))
    of_hour = since % REPEAT
    return 0.0 <= since < 1.5 * period or of_hour < period / 2 or of_hour > REPEAT - period / 2


def _message(
    batch: out.Batch, origin: Origin, now: float, avoid: set[str], remarks: Sequence[str]
) -> Message:
    notices = in_order(batch.notices)
    return Message(
        host=origin.host,
        fleet=origin.fleet,
        at=now,
        subject=subject_of(origin.host, notices),
        text=text_of_alert(origin.host, origin.fleet, notices, remarks),
        alerts=tuple(asdict(notice) for notice in notices),
        avoid=avoid,
    )


def _remarks(outbox: out.Outbox, unkept: str) -> list[str]:
    remarks = [_FORGETFUL.format(unkept)] if unkept else []
    if outbox.dropped:
        remarks.append(
            f"While no alert could be sent, {outbox.dropped} older ones were dropped, more than "
            f"{out.MOST_NOTICES} waited."
        )
    return remarks


def _shown(outbox: out.Outbox) -> dict[str, dict[str, Any]]:
    return {
        name: {"ok": not target.error, "at": target.accepted or None, "error": target.error}
        for name, target in outbox.targets.items()
    }
