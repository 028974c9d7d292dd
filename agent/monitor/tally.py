"""What one pass over the mail log counted, by provider: never by lane, nor by this host's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from agent.monitor.counts import (
    BOUNCED,
    DEFERRED,
    EXPIRED,
    HANDED_ON,
    REJECTED,
    SENT,
    SUBMITTED,
    Count,
    CountKey,
    Look,
    Recent,
    Samples,
    WarningKey,
    cleaned,
)
from agent.monitor.entry import Entry
from agent.monitor.postfix_line import (
    LOOPBACK,
    Delivery,
    Expired,
    PostfixWarning,
    Rejected,
    Remark,
    Submitted,
    parsed,
)
from agent.monitor.reasons import OTHER, FailureClass, Reasons

SLOW = 10.0  # seconds to connect and to hand a message over
MOST_KINDS = 40  # of warnings and of rejections; what the classes name has room of its own
OTHER_KINDS = "other kinds"
MILTER_DOWN, MILTER_DEFERS = "milter down", "milter defers"
_OUTCOMES = {"sent": SENT, "bounced": BOUNCED, "undeliverable": REJECTED}
_SERVER = re.compile(r"(?:host|server|connect to|lost connection with|conversation with|by host) "
                     r"(?P<name>[^\s\[\]]+)\[")  # fmt: skip
_NAME_IN_TEXT = re.compile(r"Name service error for name=(?P<name>[^\s]+)")
_MILTER = re.compile(r"(?:connect to )?milter (?:service )?unix:/run/mailfleet-senders/", re.I)
# tlsproxy(8) logs these at each start where it serves clients only, or several that differ: in what
# `Smtp(ca=)` names. It serves each by the settings that come with the request.
_HARMLESS = (
    "TLS server role is disabled with ",
    "request from tlsproxy client with unexpected settings",
    "(server) '",
    "to avoid this warning, 1) ",
)
# A word that differs from one time to the next: with digits, an address, a queue id of letters.
_VARIABLE = re.compile(r"[0-9@<\[]|^[B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{8,}\W*$|^[A-F]{6,}\W*$").search
_LONGEST_KIND = 120


class Tally:
    """Add entries in the order of the log, then read the counts.

    `lanes`: the transports of each provider; `servers`: {"host"} of each, as routes.json has both.
    What is older than `looks_from` does not count for a provider's health.
    """

    def __init__(
        self,
        lanes: Mapping[str, Iterable[str]],
        servers: Mapping[str, Mapping[str, Any]],
        reasons: Reasons,
        looks_from: float = 0.0,
    ) -> None:
        self.counts: dict[CountKey, Count] = {}
        self.warnings: dict[WarningKey, Count] = {}
        self.events: dict[str, Count] = {}  # MILTER_DOWN, MILTER_DEFERS, mailfleet's own units
        self.latency: dict[str, Samples] = {name: Samples() for name in lanes}
        self.looks: dict[str, Look] = {name: Look() for name in lanes}
        self._provider = {lane: name for name, names in lanes.items() for lane in names}
        self._servers = _unique({name: str(known.get("host")) for name, known in servers.items()})
        self._reasons = reasons
        self._looks_from = looks_from
        self._said: dict[str, str] = {}  # the last remark of a transport
        self._remarks: Recent[str] = Recent()
        self._failures: Recent[tuple[str, str, str]] = Recent()  # provider, class, words
        self._handed: Recent[Count] = Recent()  # by the message that took over
        self._rejections: set[str] = set()

    def add(self, entry: Entry) -> None:
        line = parsed(entry)
        if line is None:
            if not entry.of_postfix and entry.priority < 5:
                kind = WarningKey(entry.unit.partition(".")[0], "warning", entry.message)
                self._warn(kind, entry.at)
            return
        _ADDERS[type(line)](self, line, entry.at)

    def total(self, provider: str, outcome: str) -> int:
        return sum(
            count.count
            for key, count in self.counts.items()
            if key.provider == provider and key.outcome == outcome
        )

    def _count(self, key: CountKey, at: float, example: str = "") -> Count:
        count = self.counts.get(key)
        if count is None:
            count = self.counts[key] = Count()
        count.add(at, example)
        return count

    def _add_delivery(self, line: Delivery, at: float) -> None:
        provider = self._provider.get(line.service, "")
        if line.status in ("sent", "deliverable"):
            if provider and line.status == "sent":
                self._add_sent(provider, line, at)
            return
        outcome = _OUTCOMES.get(line.status, DEFERRED)
        reason = line.reason
        if LOOPBACK in reason:  # the fallback did not answer: why the provider failed is before it
            reason = self._remark_of(line) or reason
        if not provider:
            provider = self._named_in(reason)
        found = self._reasons.of(reason)
        self._count(CountKey(provider, outcome, found.name), at, reason)
        self._failures.put(line.queue_id, (provider, found.name, reason))
        if line.service in self._provider:
            self._look(provider, at, found, reason)

    def _add_sent(self, provider: str, line: Delivery, at: float) -> None:
        if line.handed_on:
            reason = self._remark_of(line)
            found = self._reasons.of(reason)
            if found is OTHER:  # this provider did not take it, for whatever reason
                found = FailureClass(OTHER.name, fault=True)
            count = self._count(CountKey(provider, HANDED_ON, found.name), at, reason)
            if line.queued_as:
                self._handed.put(line.queued_as, count)
            self._look(provider, at, found, reason)
            return
        self._count(CountKey(provider, SENT), at)
        self.latency[provider].add(line.seconds)
        if at >= self._looks_from:
            look = self.looks[provider]
            look.taken += 1
            look.slow += line.seconds > SLOW
        if handed := self._handed.pop(line.queue_id, None):
            handed.taken_by[provider] = handed.taken_by.get(provider, 0) + 1

    def _look(self, provider: str, at: float, found: FailureClass, reason: str) -> None:
        if found.fault and at >= self._looks_from:
            look = self.looks[provider]
            look.failed += 1
            look.reason = cleaned(reason) or "not reached"

    def _remark_of(self, line: Delivery) -> str:
        """A message that takes a cached connection to the fallback has no remark of its own."""
        return self._remarks.pop(line.queue_id, "") or self._said.get(line.service, "")

    def _add_remark(self, line: Remark, at: float) -> None:
        if line.service in self._provider:
            self._said[line.service] = line.text
            if line.queue_id:
                self._remarks.put(line.queue_id, line.text)

    def _add_expired(self, line: Expired, at: float) -> None:
        provider, reason, words = self._failures.pop(line.queue_id, ("", OTHER.name, ""))
        forced = "given up by an administrator" if line.forced else "too long in the queue"
        self._count(CountKey(provider, EXPIRED, reason), at, words or forced)

    def _add_rejected(self, line: Rejected, at: float) -> None:
        if line.milter and line.temporary:
            if line.stage not in ("CONNECT", "HELO", "EHLO", "MAIL"):
                self._event(MILTER_DEFERS, at, line.reply)
            return
        kind = _kind(line.reply.partition("; from=<")[0])
        if kind not in self._rejections and len(self._rejections) >= MOST_KINDS:
            kind = OTHER_KINDS
        self._rejections.add(kind)
        self._count(CountKey("", REJECTED, kind), at, line.reply)

    def _add_submitted(self, line: Submitted, at: float) -> None:
        if not line.port.startswith("hop"):  # the ports by which mail reaches a fallback
            self._count(CountKey("", SUBMITTED), at)

    def _add_warning(self, line: PostfixWarning, at: float) -> None:
        if line.program == "tlsproxy" and line.text.startswith(_HARMLESS):
            return
        if _MILTER.match(line.text):
            self._event(MILTER_DOWN, at, line.text)
            return
        self._warn(WarningKey(line.program, line.severity, line.text), at)

    def _event(self, name: str, at: float, text: str) -> None:
        self.events.setdefault(name, Count()).add(at, text)

    def _warn(self, found: WarningKey, at: float) -> None:
        kind = found._replace(text=_kind(found.text))
        if kind not in self.warnings and len(self.warnings) >= MOST_KINDS:
            kind = WarningKey("", "warning", OTHER_KINDS)
        self.warnings.setdefault(kind, Count()).add(at, found.text)

    def _named_in(self, reason: str) -> str:
        """The provider whose server a reason names: qmgr gives mail for a server that has failed
        to error(8), which knows no provider."""
        found = _SERVER.search(reason) or _NAME_IN_TEXT.search(reason)
        return self._servers.get(found["name"].lower(), "") if found else ""


_ADDERS: Mapping[type, Any] = {
    Delivery: Tally._add_delivery,
    Expired: Tally._add_expired,
    Rejected: Tally._add_rejected,
    Submitted: Tally._add_submitted,
    PostfixWarning: Tally._add_warning,
    Remark: Tally._add_remark,
}


@lru_cache(maxsize=2000)
def _kind(text: str) -> str:
    """A text without what differs from one time to the next: numbers, addresses, queue ids."""
    words = text[: 2 * _LONGEST_KIND].split()
    return cleaned(" ".join("*" if _VARIABLE(word) else word for word in words), _LONGEST_KIND)


def _unique(hosts: Mapping[str, str]) -> dict[str, str]:
    """Providers by host, where a host is that of one provider only."""
    names = list(hosts.values())
    return {host.lower(): name for name, host in hosts.items() if names.count(host) == 1}
