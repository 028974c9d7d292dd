"""Asking the live DNS."""

from collections.abc import Sequence
from typing import Any

from dns.exception import DNSException, Timeout
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver

from mailfleet.dns.lookup import Unanswered

PATIENCE = 5  # seconds for one question


def resolver_at(named: tuple[str, int] | None) -> Resolver:
    """The resolver at that address and port, or the system's. Where the system has none, one that
    answers nothing: every look-up is then Unanswered."""
    try:
        resolver = Resolver(configure=not named)
    except NoResolverConfiguration:
        resolver = Resolver(configure=False)
    resolver.lifetime = PATIENCE
    if named:
        resolver.nameservers, resolver.port = [named[0]], named[1]
    return resolver


class LiveDns:
    """A `Lookup` in the live DNS. Once nobody answered in time, nobody is asked again."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._silent = False

    def __call__(self, name: str, type_: str) -> Sequence[str]:
        if self._silent:
            raise Unanswered("DNS did not answer before, it was not asked again")
        try:
            return [_text(record) for record in self._resolver.resolve(f"{name}.", type_)]
        except (NXDOMAIN, NoAnswer):
            return []
        except Timeout:
            self._silent = True
            raise Unanswered(f"DNS did not answer within {PATIENCE} s") from None
        except (DNSException, OSError) as reason:
            said = " ".join(str(reason).split()) or type(reason).__name__
            raise Unanswered(f"DNS failed: {said}") from None


def _text(record: Any) -> str:
    if record.rdtype.name == "TXT":
        return b"".join(record.strings).decode("ascii", "replace")
    host = record.exchange if record.rdtype.name == "MX" else record  # A, NS: all of it
    return str(host.to_text()).removesuffix(".")
