"""Asking an authoritative name server directly, without any cache between."""

import re

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdata
import dns.rrset
from dns.exception import DNSException

from mailfleet.dns.changes import RecordChange
from mailfleet.dns.lookup import Lookup, Unanswered
from mailfleet.dns.records import RecordSet

TRIES = 3
PATIENCE = 2  # seconds a try


class NameServer:
    """One server; `silence` says why it could not be asked, if so."""

    def __init__(self, name: str, lookup: Lookup, port: int) -> None:
        self.name = name
        self.silence = ""
        self._port = port
        self._lookup = lookup
        self._address = ""

    def has(self, change: RecordChange) -> bool:
        """Whether it answers with what the change makes of the record set. Unanswered when it
        does not answer at all."""
        record = change.after or change.before
        if record is None:
            return True
        found = self._ask(record)
        if change.after is None:  # a wildcard may answer then
            return found is None or not _same(found, record)
        return found is not None and _same(found, record)

    def _ask(self, record: RecordSet) -> dns.rrset.RRset | None:
        try:
            if not self._address:
                self._address = next(iter(self._lookup(self.name, "A")), "")
                if not self._address:
                    raise Unanswered("it has no address")
            return self._answer(record)
        except Unanswered as reason:
            self.silence = str(reason)
            raise

    def _answer(self, record: RecordSet) -> dns.rrset.RRset | None:
        query = dns.message.make_query(f"{record.name}.", record.type, use_edns=0, payload=1232)
        query.flags &= ~dns.flags.RD
        for attempt in range(1, TRIES + 1):
            try:
                answer, _ = dns.query.udp_with_fallback(
                    query, self._address, timeout=PATIENCE, port=self._port
                )
                question = query.question[0]
                return answer.get_rrset(
                    answer.answer, question.name, question.rdclass, question.rdtype
                )
            except (DNSException, OSError) as reason:
                if attempt == TRIES:
                    raise Unanswered(f"{type(reason).__name__}: {reason}") from None
        return None


def _same(found: dns.rrset.RRset, record: RecordSet) -> bool:
    values = (_decimal_escapes(value) for value in record.values)
    desired = [
        dns.rdata.from_text("IN", record.type, value, origin=dns.name.root, relativize=False)
        for value in values
    ]
    return found.ttl == record.ttl and set(found) == set(desired)


def _decimal_escapes(value: str) -> str:
    """Route 53 writes octets as octal, RFC 1035 section 5.1 as decimal."""
    return re.sub(r"\\([0-7]{3})", lambda found: f"\\{int(found[1], 8):03}", value)
