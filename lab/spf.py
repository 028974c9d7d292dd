"""Whether SPF lets a server send for an envelope's domain, as receivers check it (RFC 7208).

pyspf evaluates; it gives the answers of the RFC's published test suite.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

import spf
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from lab.observed import Mail
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


def aligned_envelope(mail: Mail, dns: Dns) -> str | None:
    """The domain of the mail's envelope if SPF passes for it and it is aligned with From: the same
    or a subdomain, as ours are (RFC 7489 section 3.1.2). None otherwise."""
    author = parseaddr(message_from_bytes(mail.data)["From"])[1].rpartition("@")[2].lower()
    domain = mail.return_path.rpartition("@")[2].lower()
    result = check_host(mail.sent_from, mail.return_path, domain, records_of(dns)).result
    return domain if result == "pass" and f".{domain}".endswith(f".{author}") else None


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
