"""Resource record sets and what Route 53 accepts in them.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dns.exception
import dns.rdata

from lab.aws.errors import ApiError
from lab.aws.names import canonical

Kind = tuple[str, str]
"""(type, set identifier): what tells the record sets of one name apart."""

Records = dict[str, dict[Kind, "RecordSet"]]
"""A zone's content by canonical name."""

_STRINGS = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_TYPES = frozenset(
    (
        *("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS"),
        *("PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"),
    )
)


@dataclass(frozen=True)
class RecordSet:
    """`name` is canonical; `other` holds alias and routing fields as the API gave them."""

    name: str
    type: str
    ttl: int | None
    values: tuple[str, ...]
    other: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_api(cls, given: Mapping[str, Any]) -> RecordSet:
        known = {"Name", "Type", "TTL", "ResourceRecords"}
        return cls(
            name=canonical(given["Name"]),
            type=given["Type"],
            ttl=given.get("TTL"),
            values=tuple(record["Value"] for record in given.get("ResourceRecords") or ()),
            other={name: value for name, value in given.items() if name not in known},
        )

    def to_api(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"Name": self.name, "Type": self.type, **self.other}
        if self.ttl is not None:
            plain["TTL"] = self.ttl
        if self.values:
            plain["ResourceRecords"] = [{"Value": value} for value in self.values]
        return plain

    @property
    def kind(self) -> Kind:
        return self.type, self.other.get("SetIdentifier", "")

    def same(self, other: RecordSet) -> bool:
        """Equal as a DELETE wants it: TTL and every value, in any order."""
        return (self.ttl, sorted(self.values), self.other) == (
            other.ttl,
            sorted(other.values),
            other.other,
        )


def check_input(record: RecordSet) -> None:
    """Raise InvalidInput for what is no record set at all."""
    if record.type not in _TYPES:
        raise ApiError("InvalidInput", f"Invalid XML ; '{record.type}' is not a valid record type")
    if "AliasTarget" in record.other:
        return
    if record.ttl is None:
        raise ApiError(
            "InvalidInput",
            "Invalid request: Missing field 'TTL' in Change with "
            f"[Action=CREATE, Name={record.name}, Type={record.type}]",
        )
    if not 0 <= record.ttl <= 2147483647:
        raise ApiError("InvalidInput", f"Invalid TTL {record.ttl}")
    if not record.values:
        raise ApiError(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
            "ResourceRecords], or TrafficPolicyInstanceId]",
        )


def value_problem(type_: str, value: str) -> str | None:
    """Why Route 53 refuses the value, in its words where they are known; else None."""
    found = _fault(type_, value)
    if found is None:
        return None
    return f"Invalid Resource Record: 'FATAL problem: {found} encountered with '{value}''"


def _fault(type_: str, value: str) -> str | None:
    if type_ in ("TXT", "SPF"):
        return _text_fault(value)
    if type_ == "A" and not _is_address(value, 4):
        return "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
    if type_ == "AAAA" and not _is_address(value, 6):
        return "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"
    if type_ == "MX" and len(value.split()) != 2:
        return "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"
    try:
        dns.rdata.from_text("IN", type_, value)
    except dns.exception.DNSException:
        return f"{type_}RRDATAUnparsable (Value is not valid for the type)"
    return None


def _text_fault(value: str) -> str | None:
    """TXT: quoted strings of at most 255 characters, 4,000 in all.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
    """
    if not _STRINGS.fullmatch(value):
        return "InvalidCharacterString (Value should be enclosed in quotation marks)"
    strings = [re.sub(r"\\([0-7]{3}|.)", "x", found) for found in _STRING.findall(value)]
    if any(len(string) > 255 for string in strings) or sum(map(len, strings)) > 4000:
        return "CharacterStringTooLong (Value is too long)"
    return None


def _is_address(value: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(value).version == version
    except ValueError:
        return False
