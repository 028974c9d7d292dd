"""Record sets, as Route 53 keeps them."""

from dataclasses import dataclass, replace
from typing import Any

from mailfleet.shown import Shown

TTL = 300  # seconds: short enough to mend a mistake, long enough for a cache to matter

RECORD_TYPES = frozenset(
    (
        *("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS"),
        *("PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"),
    )
)
"""All that Route 53 has ("Supported DNS record types", Amazon Route 53 Developer Guide)."""


@dataclass(frozen=True)
class RecordSet(Shown):
    """All records of one name and type. `name` has no final dot; `values` are in zone file form
    (TXT quoted), sorted, because a set has no order."""

    name: str
    type: str
    values: tuple[str, ...]
    ttl: int = TTL

    @property
    def id(self) -> str:
        return f"{self.type} {self.name}"

    @property
    def text(self) -> str:
        """For people: one value a line, as in a zone file."""
        return "\n".join(f"{self.ttl} {self.type} {value}" for value in self.values)

    def normal(self) -> "RecordSet":
        """The set as names compare (RFC 4343: without case)."""
        return replace(self, name=normal_name(self.name), values=tuple(sorted(self.values)))


def normal_name(name: str) -> str:
    return name.lower().removesuffix(".")


def from_route53(answer: dict[str, Any]) -> RecordSet | None:
    """A ResourceRecordSet of ListResourceRecordSets; None for an alias, which holds no records.

    Route 53 answers `*` as \\052 ("ResourceRecordSet", Amazon Route 53 API Reference).
    """
    if "ResourceRecords" not in answer:
        return None
    return RecordSet(
        name=answer["Name"].replace("\\052", "*"),
        type=answer["Type"],
        values=tuple(record["Value"] for record in answer["ResourceRecords"]),
        ttl=answer["TTL"],
    ).normal()


def to_route53(record: RecordSet) -> dict[str, Any]:
    """The record set as ChangeResourceRecordSets wants it."""
    return {
        "Name": f"{record.name}.",
        "Type": record.type,
        "TTL": record.ttl,
        "ResourceRecords": [{"Value": value} for value in record.values],
    }
