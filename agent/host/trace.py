"""What Postfix's log says about one message, or about the mail of one address, on this host.

Only lines from within Postfix's unit count (agent/monitor/journal.py), each read to its end
(postfix_line.py): what anyone may write into a message or into the log tells nothing untrue.
"""

from __future__ import annotations

import json
import os
import pwd
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.answer import print_answer
from agent.host.common import HostError, end_within, ending_in_one_sentence
from agent.host.held import held_here
from agent.host.mail_log import TRACING, MailLog
from agent.host.queue import HOLD, queue_ids
from agent.host.state import ROUTES
from agent.monitor.entry import Entry
from agent.monitor.journalctl import JournalUnreadable, newest_entry
from agent.monitor.postfix_line import Delivery, Expired, Remark, Submitted, parsed

MOST_MESSAGES = 20
MOST_EVENTS = 200  # of one message
_MOST_PAIRS = 300_000  # the newest pairs of queue id and Message-ID
_LONGEST_ID = 1000
_QUEUE_ID = r"(?P<id>[0-9A-Za-z]{5,32})"
_MESSAGE_ID = re.compile(rf"{_QUEUE_ID}: (?:resent-)?message-id=(?P<text>.*)", re.DOTALL)
_SENDER = re.compile(rf"{_QUEUE_ID}: from=<(?P<text>.*)>, size=[0-9]+, nrcpt=[0-9]+ \(queue ")


@dataclass
class _Mail:
    """One message on this host: all queue ids that it had."""

    message_id: str
    queue_ids: set[str] = field(default_factory=set)
    sender: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)


def trace(request: Mapping[str, Any], root: str = "") -> dict[str, Any]:
    """`term`: a Message-ID or an address; `since`: seconds since 1970.

    See mailfleet.relay.mail_trace for the answer's shape. Raises HostError when the log is not
    readable: an empty one would not mean that there was no such message.
    """
    log = MailLog(float(request["since"]))
    try:
        newest_entry()
        begins = log.begins()
        mails, more = _mails(log, str(request["term"]).strip().strip("<>").lower())
        _add_events(log, mails, _providers(root))
    except JournalUnreadable as reason:
        raise HostError(str(reason)) from None
    queues = {queue: queue_ids(root, queue) for queue in ("incoming", "active", "deferred", HOLD)}
    held = held_here(root)
    return {
        "begins": begins,
        "complete": log.complete,
        "more": more,
        "messages": [_shown(mail, queues, held) for mail in mails],
    }


def _mails(log: MailLog, term: str) -> tuple[list[_Mail], int]:
    """The newest messages with this Message-ID, sender, recipient or id at a provider; and how many
    more there are. SES makes its own Message-ID, which is all that a recipient sees.

    Mail that was handed on to a fallback keeps its Message-ID and gets a new queue id.
    """
    if term.endswith(".amazonses.com"):
        term = term.partition("@")[0]
    needle = json.dumps(term, ensure_ascii=False)[1:-1].encode(errors="replace")
    pairs: deque[tuple[str, str]] = deque(maxlen=_MOST_PAIRS)
    found: dict[str, None] = {}  # in the order of the log, the latest last

    def wanted(line: bytes) -> bool:
        return needle in line or b"message-id=" in line

    for entry in log.entries(wanted):
        if match := _MESSAGE_ID.match(entry.message):
            pairs.append((match["id"], match["text"][:_LONGEST_ID]))
        queue_id = _matching(entry, term)
        if queue_id:
            found.pop(queue_id, None)
            found[queue_id] = None
    return _grouped(found, pairs)


def _matching(entry: Entry, term: str) -> str:
    """The queue id of a line that names the term, or ""."""
    line = parsed(entry)
    if isinstance(line, Delivery):
        named = term in (line.recipient.lower(), line.original.lower())
        known_as = line.status == "sent" and line.reason.lower().endswith(f" {term}")
        return line.queue_id if named or known_as else ""
    for names in (_MESSAGE_ID, _SENDER):
        match = names.match(entry.message)
        if match and match["text"].strip().strip("<>").lower() == term:
            return str(match["id"])
    return ""


def _grouped(found: Iterable[str], pairs: Iterable[tuple[str, str]]) -> tuple[list[_Mail], int]:
    by_queue_id = dict(pairs)
    by_message_id: dict[str, list[str]] = {}
    for queue_id, message_id in pairs:
        by_message_id.setdefault(message_id, []).append(queue_id)
    mails: dict[str, _Mail] = {}
    for queue_id in found:
        message_id = by_queue_id.get(queue_id, "")
        mail = mails.pop(message_id or queue_id, None) or _Mail(message_id)
        mail.queue_ids |= {queue_id, *by_message_id.get(message_id, ())}
        mails[message_id or queue_id] = mail
    newest = list(mails.values())[-MOST_MESSAGES:]
    return newest, len(mails) - len(newest)


def _add_events(log: MailLog, mails: Iterable[_Mail], providers: Mapping[str, str]) -> None:
    of = {queue_id: mail for mail in mails for queue_id in mail.queue_ids}
    if not of:
        return
    ids = b"|".join(sorted(queue_id.lower().encode() for queue_id in of))
    wanted = re.compile(rb'"message":"(?:(?:' + ids + rb"): |connect to |lost connection )").search
    remarks: dict[str, str] = {}  # why mail was not delivered, by queue id and by transport
    for entry in log.entries(wanted):
        queue_id = entry.message.partition(":")[0]
        event = _event(entry, remarks, providers)
        mail = of.get(queue_id)
        if mail is None:
            continue
        if match := _SENDER.match(entry.message):
            mail.sender = match["text"]
        if event and len(mail.events) < MOST_EVENTS:
            mail.events.append({"at": entry.at, "queue_id": queue_id, **event})


def _event(
    entry: Entry, remarks: dict[str, str], providers: Mapping[str, str]
) -> dict[str, Any] | None:
    """What the line says happened; remembers why a transport did not deliver."""
    line = parsed(entry)
    if isinstance(line, Submitted):
        return {"what": "submitted", "by": _submitter(line)}
    if isinstance(line, Remark):
        remarks[line.queue_id or line.service] = line.text
    if isinstance(line, Expired):
        return {"what": "expired", "reason": "given up by an administrator" if line.forced else ""}
    if not isinstance(line, Delivery):
        return None
    event = {
        "what": line.status.lower(),
        "to": line.recipient,
        "provider": providers.get(line.service, ""),
        "relay": line.relay,
        "reason": line.reason,
    }
    if line.handed_on and line.queued_as:
        why = remarks.get(line.queue_id) or remarks.get(line.service, "")
        event.update(what="handed on", next=line.queued_as, reason=why)
    return event


def _submitter(line: Submitted) -> str:
    if line.port == "pickup":
        return f"{_user(int(line.by))} (sendmail)"
    return line.by + (f", login {line.login}" if line.login else "")


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return f"user {uid}"


def _providers(root: str) -> dict[str, str]:
    """The provider of each transport, from what the deploy has written."""
    try:
        with open(root + ROUTES, encoding="utf-8") as file:
            lanes = json.load(file)["lanes"]
        return {lane: provider for provider, names in lanes.items() for lane in names}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _shown(mail: _Mail, queues: Mapping[str, set[str]], held: Mapping[str, str]) -> dict[str, Any]:
    queued = {queue_id: queue for queue, ids in queues.items() for queue_id in mail.queue_ids & ids}
    reasons = {queue_id: held[queue_id] for queue_id in queued if queue_id in held}
    # a fallback's port is this host, too: mail was handed on to it, and not submitted
    inner = {event["next"] for event in mail.events if "next" in event}
    events = [e for e in mail.events if e["what"] != "submitted" or e["queue_id"] not in inner]
    return {
        "message_id": mail.message_id,
        "sender": mail.sender,
        "events": events,
        "queued": queued,
        "held": reasons,
    }


def main(text: str) -> None:
    request = json.loads(text)
    os.umask(0o077)
    end_within(TRACING)
    ending_in_one_sentence(lambda: print_answer(trace(request)))
