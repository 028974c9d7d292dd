"""Record sets of a zone."""

from dataclasses import dataclass, replace

from mailfleet.json_fact import JsonFact

TTL = 300  # seconds: short enough to correct a mistake, long enough for a cache to matter

RECORD_TYPES = frozenset(
    (
        *("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS"),
        *("PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"),
    )
)
"""All that Route 53 has ("Supported DNS record types", Amazon Route 53 Developer Guide)."""


@dataclass(frozen=True, eq=False)
class RecordSet(JsonFact):
    """All records of one name and type. `name` has no final dot; `values` are in zone file form
    (TXT quoted). They are kept in their order, so that an undo restores it, but sets with the
    same values are equal in any order.

    `special` says, in words, what it is where it does not hold plain records: an alias, or one of
    several sets between which a routing policy chooses. Such a set is never changed.
    """

    name: str
    type: str
    values: tuple[str, ...]
    ttl: int = TTL
    special: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordSet) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, ...]:
        return self.name, self.type, tuple(sorted(self.values)), self.ttl, self.special

    @property
    def id(self) -> str:
        return f"{self.type} {self.name}"

    @property
    def text(self) -> str:
        """For people: one value a line, as in a zone file."""
        special = [f"{self.type} {self.special}"] if self.special else []
        return "\n".join([*special, *(f"{self.ttl} {self.type} {value}" for value in self.values)])

    def normal(self) -> "RecordSet":
        """The set as names compare (RFC 4343: without case)."""
        return replace(self, name=normal_name(self.name))


def record_id(type_: str, name: str) -> str:
    """What tells record sets of a zone apart."""
    return f"{type_} {normal_name(name)}"


def normal_name(name: str) -> str:
    """Route 53 answers `*` as \\052 ("ResourceRecordSet", Amazon Route 53 API Reference)."""
    return name.lower().removesuffix(".").replace("\\052", "*")
