"""What in a domain's DNS is ours: a TXT record at `_mailfleet.<domain>` says it.

It names the record sets that are ours whole, each with a digest of what we wrote there, and our
terms in the domain's SPF record, which is shared with everybody else who sends for the domain.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from hashlib import sha256

from mailfleet.dns.records import RecordSet, record_id
from mailfleet.dns.text import quoted, unquoted
from mailfleet.plan.change import KNOWN_AFTER_APPLY

_VERSION = "v=mailfleet1"
_OWNS = "owns="
_SPF = "spf="
UNKNOWN = ""  # the digest of a set that was written before there were digests


@dataclass(frozen=True)
class Ownership:
    """`sets`: digests by the ids of record sets; `spf`: terms."""

    sets: Mapping[str, str] = field(default_factory=dict)
    spf: frozenset[str] = frozenset()

    @property
    def ids(self) -> Set[str]:
        return self.sets.keys()

    def edited(self, record: RecordSet) -> bool:
        """Whether somebody has changed this record set of ours since we wrote it."""
        return self.sets[record.id] not in (UNKNOWN, digest(record))

    def record(self, domain: str) -> RecordSet:
        """The TXT record set that says so."""
        owned = [f"{_OWNS}{id} {digest}".rstrip() for id, digest in sorted(self.sets.items())]
        texts = [_VERSION, *owned, *(f"{_SPF}{term}" for term in sorted(self.spf))]
        return RecordSet(ownership_name(domain), "TXT", tuple(quoted(text) for text in texts))


def ownership_name(domain: str) -> str:
    return f"_mailfleet.{domain}"


def ownership_of(domain: str, zone: Mapping[str, RecordSet]) -> Ownership:
    """What the domain's ownership record names; nothing when there is none of ours."""
    record = zone.get(record_id("TXT", ownership_name(domain)))
    if record is None or not is_ownership(record):
        return Ownership()
    texts = [unquoted(value) for value in record.values]
    owned = (text.split(" ") for text in _after(_OWNS, texts))
    return Ownership(
        sets={record_id(type_, name): "".join(digest) for type_, name, *digest in owned},
        spf=frozenset(_after(_SPF, texts)),
    )


def is_ownership(record: RecordSet) -> bool:
    """Whether it is an ownership record, of whatever domain."""
    return record.type == "TXT" and _VERSION in map(unquoted, record.values)


def owners(zone: Mapping[str, RecordSet]) -> list[str]:
    """The domains that have an ownership record in the zone."""
    prefix = ownership_name("")
    found = (r.name for r in zone.values() if r.name.startswith(prefix) and is_ownership(r))
    return sorted(name.removeprefix(prefix) for name in found)


def digest(record: RecordSet) -> str:
    """Of values and TTL, in eight characters: enough to notice an edit."""
    if KNOWN_AFTER_APPLY in record.values:
        return KNOWN_AFTER_APPLY
    content = "\n".join([str(record.ttl), *sorted(record.values)])
    return sha256(content.encode()).hexdigest()[:8]


def _after(prefix: str, texts: list[str]) -> list[str]:
    return [text.removeprefix(prefix) for text in texts if text.startswith(prefix)]
