"""What the lab's DNS answers: emulated Route 53, and the rest of the lab's internet."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from lab.aws.account import Account
from lab.aws.names import canonical, unescaped
from lab.aws.records import RecordSet
from lab.aws.zones import Zone
from lab.config import ProviderEndPoint, Services

HOSTS_ZONE = "lab.internal."
_ROOT_SOA = RecordSet(".", "SOA", 60, ("ns.lab.internal. root.lab.internal. 1 60 60 60 60",))
_SES_SPF = '"v=spf1 ip4:199.255.192.0/22 ip4:199.127.232.0/22 ip4:54.240.0.0/18 -all"'


class Found(NamedTuple):
    """What is at one name. `records` empty and `exists` false: NXDOMAIN."""

    records: Sequence[RecordSet]
    exists: bool
    soa: RecordSet


class Answers:
    """The whole DNS as far as the lab has one: what nobody serves does not exist."""

    def __init__(self, services: Services, account: Account) -> None:
        self._account = account
        self._address = services.address
        self._fixed: dict[str, RecordSet] = {}
        for end_point in services.end_points:
            self._fix(f"{end_point.host}.", "A", end_point.address)
            if isinstance(end_point, ProviderEndPoint):
                for name in _included(end_point.spf):
                    self._fix(f"{name}.", "TXT", f'"v=spf1 ip4:{end_point.address} -all"')
                for name in end_point.dkim.split():
                    self._fix(f"{name}.", "TXT", _quoted(account.ses_key.record))
        for host, address in services.hosts.items():
            self._fix(f"{host}.{HOSTS_ZONE}", "A", address)
            pointer = ipaddress.ip_address(address).reverse_pointer
            self._fix(f"{pointer}.", "PTR", f"{host}.{HOSTS_ZONE}")
        self._fix("amazonses.com.", "TXT", _SES_SPF)

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """Always an answer, so that no client waits."""
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AA
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return response
        question = query.question[0]
        if question.rdclass != dns.rdataclass.IN:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        with self._account.lock:
            self._answer(response, question.name, dns.rdatatype.to_text(question.rdtype))
        return response

    def _answer(self, response: dns.message.Message, asked: dns.name.Name, type_: str) -> None:
        """Follow CNAMEs as far as we serve them (RFC 1034 4.3.2)."""
        owner = asked.to_text()
        for _ in range(8):
            found = self._find(canonical(owner))
            records = [record for record in found.records if type_ in (record.type, "ANY")]
            alias = [record for record in found.records if record.type == "CNAME"]
            chosen = records or alias
            response.answer.extend(_rrset(owner, record) for record in chosen if record.values)
            if records or not alias:
                break
            owner = alias[0].values[0].rstrip(".") + "."
        if not records:
            response.authority.append(_rrset(found.soa.name, found.soa))
            if not found.exists:
                response.set_rcode(dns.rcode.NXDOMAIN)

    def _find(self, name: str) -> Found:
        zone = self._account.zones.serving(name)
        if zone is None:
            records = self._elsewhere(name)
            below = any(fixed.endswith("." + name) for fixed in self._fixed)
            return Found(records, bool(records) or below, _ROOT_SOA)
        soa = next(record for record in zone.at(zone.name) if record.type == "SOA")
        records = zone.at(name)
        if records or any(other.endswith("." + name) for other in zone.served):
            return Found(records, True, soa)
        records = _wildcard(zone, name)
        return Found(records, bool(records), soa)

    def _elsewhere(self, name: str) -> list[RecordSet]:
        """Names of the lab's internet outside the user's zones."""
        if name in self._fixed:
            return [self._fixed[name]]
        plain = name.rstrip(".")
        if plain.endswith(".amazonses.com"):
            key = self._public_key(plain)
            return [RecordSet(name, "TXT", 600, (_quoted(key),))] if key else []
        if any(plain in zone.name_servers for zone in self._account.zones.listed()):
            return [RecordSet(name, "A", 172800, (self._address,))]
        return []

    def _public_key(self, name: str) -> str | None:
        if name == f"{self._account.ses_selector}._domainkey.amazonses.com":
            return self._account.ses_key.record
        keys = self._account.identities.published_at(name)
        return keys.key.record if keys else None

    def _fix(self, name: str, type_: str, value: str) -> None:
        self._fixed[canonical(name)] = RecordSet(canonical(name), type_, 60, (value,))


def _included(spf: str) -> list[str]:
    """The names that hold a provider's SPF record: those that its terms include."""
    return [term.partition(":")[2] for term in spf.split() if term.lower().startswith("include:")]


def _wildcard(zone: Zone, name: str) -> list[RecordSet]:
    """RFC 4592: the `*` below the closest name that exists."""
    labels = name.split(".")
    for start in range(1, len(labels) - 1):
        parent = ".".join(labels[start:])
        if zone.at(f"\\052.{parent}"):
            return zone.at(f"\\052.{parent}")
        if zone.at(parent) or parent == zone.name:
            break
    return []


def _rrset(owner: str, record: RecordSet) -> dns.rrset.RRset:
    """Names in values need no trailing dot: Route 53 takes them as fully qualified."""
    return dns.rrset.from_text_list(
        unescaped(owner),
        record.ttl or 0,
        "IN",
        record.type,
        [_decimal_escapes(value) for value in record.values],
        origin=dns.name.root,
        relativize=False,
    )


def _decimal_escapes(value: str) -> str:
    """Route 53 writes octets as octal, RFC 1035 5.1 as decimal."""
    return re.sub(r"\\([0-7]{3})", lambda found: f"\\{int(found[1], 8):03}", value)


def _quoted(text: str) -> str:
    """Strings of at most 255 octets."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
