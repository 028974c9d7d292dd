"""The DNS resolver that the inventory gives an account."""

from dns.resolver import Resolver
from pyinfra.api.host import Host

from mailfleet.dns.resolver import resolver_at
from mailfleet.run.options import RESOLVER


def resolver_of(account: Host) -> Resolver:
    """That of the account's data, or the system's."""
    return resolver_at(RESOLVER.of(account))
