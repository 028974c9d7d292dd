"""What in a domain's DNS is ours: a TXT record at `_mailfleet.<domain>` says it.

It names the record sets that are ours whole, and our terms in the domain's SPF record, which is
shared with everybody else who sends for the domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailfleet.dns.records import RecordSet, normal_name
from mailfleet.dns.text import quoted, unquoted

_VERSION = "v=mailfleet1"
_OWNS = "owns="
_SPF = "spf="


@dataclass(frozen=True)
class Ownership:
    """`ids` of record sets, and `spf` terms."""

    ids: frozenset[str] = frozenset()
    spf: frozenset[str] = frozenset()

    def record(self, domain: str) -> RecordSet:
        """The TXT record set that says so."""
        texts = [_VERSION, *(f"{_OWNS}{id}" for id in self.ids), *(f"{_SPF}{t}" for t in self.spf)]
        values = tuple(quoted(text) for text in texts)
        return RecordSet(ownership_name(domain), "TXT", values).normal()


def ownership_name(domain: str) -> str:
    return f"_mailfleet.{domain}"


def ownership_of(domain: str, zone: Mapping[str, RecordSet]) -> Ownership:
    """What the domain's ownership record names; nothing when there is none of ours."""
    record = zone.get(f"TXT {ownership_name(domain)}")
    texts = [unquoted(value) for value in record.values] if record else []
    if _VERSION not in texts:
        return Ownership()
    return Ownership(
        ids=frozenset(_normal_id(text) for text in _after(_OWNS, texts)),
        spf=frozenset(_after(_SPF, texts)),
    )


def _after(prefix: str, texts: list[str]) -> list[str]:
    return [text.removeprefix(prefix) for text in texts if text.startswith(prefix)]


def _normal_id(id: str) -> str:
    type_, _, name = id.partition(" ")
    return f"{type_} {normal_name(name)}"
