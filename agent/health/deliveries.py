"""What Postfix's log says about providers: messages accepted, accepted slowly, and not accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.host.common import HostError, one_line, run

SLOW = 10.0  # seconds to connect and to hand a message over
FIRST_LOOK = 300  # seconds back from the first look
LONGEST_REASON = 300
_DELIVERY = re.compile(
    r"^(?P<queue>\w+): to=<.*?relay=(?P<relay>[^,\[]*).*?delays=[\d.]+/[\d.]+/(?P<connect>[\d.]+)"
    r"/(?P<send>[\d.]+), .*?status=(?P<status>[A-Za-z-]+) \((?P<reason>.*)"
)
_REMARK = re.compile(r"^(?:(?P<queue>\w+): )?(?P<text>.*)")
# A refusal of the message, of its sender, or for too high a rate does not count against a provider.
# The codes are those after smtp_reply_filter; mailfleet/relay/reply_classes.py has all of them.
_NOT_ITS_FAULT = re.compile(
    r"said: 5(?!35)\d\d|not verified|verified sender|unauthenticated sender|access denied"
    r"|not authorized|configuration set|throttl|maximum sending rate",
    re.IGNORECASE,
)
HANDED_ON = "127.0.0.1"


@dataclass
class Look:
    """Messages since the last look: accepted, how many of these slowly, and not accepted because of
    the provider itself, with the last reason."""

    taken: int = 0
    slow: int = 0
    failed: int = 0
    reason: str = ""


def counted(entries: Iterable[tuple[str, str]], lanes: Mapping[str, list[str]]) -> dict[str, Look]:
    """A look at each provider, from pairs of syslog identifier and message in log order."""
    of_transport = {lane: provider for provider, names in lanes.items() for lane in names}
    looks = {provider: Look() for provider in lanes}
    remarks: dict[str, str] = {}  # why a message was not delivered, by transport and by queue id
    for identifier, message in entries:
        _, _, rest = identifier.partition("/")  # postfix/TRANSPORT/smtp
        transport = rest.partition("/")[0]
        if transport not in of_transport:
            continue
        look = looks[of_transport[transport]]
        if found := _DELIVERY.match(message):
            _count(look, found, remarks.pop(found["queue"], "") or remarks.get(transport, ""))
        elif (remark := _REMARK.match(message)) and "TLS connection " not in message:
            # a message sent to the fallback over a cached connection has no remark of its own
            remarks[transport] = remarks[remark["queue"] or transport] = remark["text"]
    return looks


def _count(look: Look, delivery: re.Match[str], remark: str) -> None:
    handed_on = delivery["relay"] == HANDED_ON
    if delivery["status"] == "sent" and not handed_on:
        look.taken += 1
        look.slow += float(delivery["connect"]) + float(delivery["send"]) > SLOW
        return
    reason = remark if handed_on else delivery["reason"]
    if not _NOT_ITS_FAULT.search(reason):
        look.failed += 1
        look.reason = one_line(reason)[:LONGEST_REASON] or "not reached"


def since(cursor: str | None) -> tuple[list[tuple[str, str]], str | None]:
    """The mail log after that cursor of the journal, and the cursor of its end. Raises HostError
    when the log can't be read: an empty one would not mean that providers work."""
    start = f"--after-cursor={cursor}" if cursor else f"--since=-{FIRST_LOOK}s"
    fields = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER"
    answer = run("journalctl", "--quiet", "--output=json", fields, start, "SYSLOG_FACILITY=2")
    if answer.returncode != 0 and cursor:
        return since(None)
    if answer.returncode != 0:
        raise HostError(f"journalctl failed: {one_line(answer.stderr)}")
    entries = list(_entries(answer.stdout))
    pairs = [(str(e.get("SYSLOG_IDENTIFIER", "")), e["MESSAGE"]) for e in entries]
    return pairs, entries[-1]["__CURSOR"] if entries else cursor


def _entries(text: str) -> Iterator[dict[str, Any]]:
    """Entries that are text: Postfix logs deliveries as text."""
    for line in text.splitlines():
        entry = json.loads(line)
        if isinstance(entry.get("MESSAGE"), str):
            yield entry
