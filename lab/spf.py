"""Whether SPF lets a server send for an envelope's domain, as receivers check it (RFC 7208)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import spf
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from lab.state import Dns

# What is at a name: pyspf's ((name, type), value) of each record. Raises spf.TempError.
Records = Callable[[str, str], Iterable[tuple[tuple[str, str], Any]]]


@dataclass(frozen=True)
class Evaluation:
    """`result` is pass, fail, softfail, neutral, none, permerror or temperror; `lookups` and
    `voids` are what it took (RFC 7208 section 4.6.4)."""

    result: str
    lookups: int
    voids: int


def check_host(address: str, mail_from: str, helo: str, records: Records) -> Evaluation:
    """RFC 7208 section 4: mail with that envelope, from a server at that address."""
    spf.DNSLookup = lambda name, type_, *_: records(name, type_)  # pyspf asks through its module
    query = spf.query(i=address, s=mail_from, h=helo)
    return Evaluation(query.check()[0], query.lookups, query.void_lookups)


def records_of(dns: Dns) -> Records:
    """The records that the lab's DNS has."""
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = [dns.address], dns.port

    def look_up(name: str, type_: str) -> list[tuple[tuple[str, str], Any]]:
        try:
            return [
                ((name, type_), _value(record)) for record in resolver.resolve(f"{name}.", type_)
            ]
        except (NXDOMAIN, NoAnswer):
            return []
        except DNSException as reason:
            raise spf.TempError(str(reason)) from None

    return look_up


def _value(record: Any) -> Any:
    match record.rdtype.name:
        case "A":
            return record.address
        case "AAAA":
            return record.to_digestable()
        case "TXT":
            return record.strings
        case "MX":
            return record.preference, record.exchange.to_text()
    return record.to_text()
