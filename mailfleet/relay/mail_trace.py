"""What the hosts of a fleet know of one message: their answers put together, in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailfleet.relay.queued_mail import printable

_UNITS = {"m": 60, "h": 3600, "d": 86400}
_ACCEPTED_AS = re.compile(r"250 (?:[\d.]{5} )?ok:? (?:queued as )?([\w.@=+-]+)$", re.IGNORECASE)
_LOST = "is no longer in the queue of {host}, whose log does not say why: was it deleted?"


@dataclass(frozen=True)
class Found:
    """What was found of a term, `message_id` or address. `messages` are merged over all hosts, the
    oldest first, each with events that name their host; `searched` are the hosts that were read;
    `notes` are sentences about what was not read, and `complete` says that there is none."""

    term: str
    messages: Sequence[Mapping[str, Any]]
    searched: Sequence[str]
    notes: Sequence[str]

    @property
    def complete(self) -> bool:
        return not self.notes


def seconds_of(text: str) -> int:
    """Of a time span such as 30m, 12h or 2d. ValueError for anything else."""
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match or not int(match[1]):
        raise ValueError(f"found {text!r}, expected a time span such as 30m, 12h or 2d")
    return int(match[1]) * _UNITS[match[2]]


def merged(term: str, answers: Mapping[str, Any], problems: Mapping[str, str]) -> Found:
    """The answers of the program "trace" and the reasons of hosts that gave none, by host."""
    messages: dict[str, dict[str, Any]] = {}
    notes = [f"{host} was not read: {why}" for host, why in sorted(problems.items())]
    for host, answer in sorted(answers.items()):
        notes += _notes(host, answer)
        for number, found in enumerate(answer["messages"]):
            key = found["message_id"] or f"{host} {number}"
            _merge(messages.setdefault(key, _empty(found)), host, found)
    for message in messages.values():
        message["events"].sort(key=lambda event: event["at"])
        message["now"] = list(_now(message))
    ordered = sorted(messages.values(), key=lambda m: m["events"][0]["at"] if m["events"] else 0)
    return Found(term, ordered, sorted(answers), notes)


def _notes(host: str, answer: Mapping[str, Any]) -> Iterable[str]:
    if answer["begins"]:
        yield f"the log of {host} begins at {clock(answer['begins'])}, later than asked for"
    if not answer["complete"]:
        yield f"the log of {host} was not read to its end: it is too long, use a shorter --since"
    if answer["more"]:
        yield f"{host} has {answer['more']} older messages, which are not shown: see --since"


def _empty(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"message_id": found["message_id"], "sender": "", "events": [], "queued": []}


def _merge(message: dict[str, Any], host: str, found: Mapping[str, Any]) -> None:
    message["sender"] = message["sender"] or found["sender"]
    message["events"] += [
        {**event, "host": host, **_accepted_as(event)} for event in found["events"]
    ]
    message["queued"] += [
        {"host": host, "queue_id": name, "queue": queue, "reason": found["held"].get(name, "")}
        for name, queue in sorted(found["queued"].items())
    ]


def _accepted_as(event: Mapping[str, Any]) -> dict[str, str]:
    """The id that the provider gave the message: SES's is in its events, too."""
    match = _ACCEPTED_AS.match(str(event.get("reason", "")))
    return {"provider_id": match[1]} if match and event["what"] == "sent" else {}


def _now(message: Mapping[str, Any]) -> Iterable[str]:
    """Where the message is, a sentence for each recipient that is known."""
    last = {event["to"]: event for event in message["events"] if event.get("to")}
    for recipient, event in last.items():
        yield f"{recipient}: {_place(event, message)}"
    if not last:
        waiting = [_waits(entry) for entry in message["queued"]]
        yield waiting[0] if waiting else "nothing more is known of it"


def _place(event: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    what, by = event["what"], event.get("provider") or event["relay"] or event["host"]
    reason = printable(event["reason"])
    if what == "sent":
        known_as = event.get("provider_id")
        return f"delivered to {by}" + (f" as {known_as}" if known_as else "")
    if what not in ("deferred", "handed on"):
        return f"{what}, not delivered ({reason})"
    queue_id = event.get("next", event["queue_id"])
    if any(e["what"] == "expired" and e["queue_id"] == queue_id for e in message["events"]):
        return f"expired on {event['host']}, returned to its sender ({reason})"
    for entry in message["queued"]:
        if (entry["host"], entry["queue_id"]) == (event["host"], queue_id):
            return f"{_waits(entry)} ({reason})" if reason else _waits(entry)
    return _LOST.format(host=event["host"])


def _waits(entry: Mapping[str, Any]) -> str:
    why = f": {printable(entry['reason'])}" if entry["reason"] else ""
    where = "on hold" if entry["queue"] == "hold" else entry["queue"]
    return f"in the queue of {entry['host']}, {where}{why}"


def trace_lines(found: Found) -> Iterable[str]:
    """For people."""
    for message in found.messages:
        name = f"<{printable(message['message_id']).strip('<>')}>"
        yield f"{name if message['message_id'] else 'No Message-ID'} from {_sender(message)}"
        for event in message["events"]:
            text = printable(_said(event))
            yield f"    {clock(event['at'])}  {event['host']}  {event['queue_id']}  {text}"
        for place in message["now"]:
            yield f"    now {printable(place)}"
    if not found.messages:
        where = f" on {', '.join(found.searched)}" if found.searched else ""
        yield f"{printable(found.term)} was not found{where}"
    for note in found.notes:
        yield f"note: {note}"


def _sender(message: Mapping[str, Any]) -> str:
    return printable(message["sender"]) or "<>"


def _said(event: Mapping[str, Any]) -> str:
    what = event["what"]
    if what == "submitted":
        return f"submitted by {event['by']}"
    if what == "expired":
        return f"expired {event['reason']}".strip()
    by = event.get("provider") or event["relay"]
    if what == "handed on":
        return (
            f"not accepted by {by}, handed on as {event['next']}: {event['reason'] or 'no reply'}"
        )
    return f"{what} to {event['to']} through {by}: {event['reason']}"


def clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
