"""Dedicated relays: hosts that serve other hosts of the fleet, which then need no provider."""

from dataclasses import dataclass

from mailfleet.policy import Relay
from mailfleet.policy.providers import SUBMISSION_PORT

DEDICATED = "dedicated"
# Key and self-signed certificate of a dedicated relay, made on the host. Never removed, because
# other hosts pin them.
CERTIFICATE = "/etc/mailfleet/relay.pem"


@dataclass(frozen=True)
class Dedicated:
    """The next hop of a host that sends through dedicated relays: a transport like a provider's,
    but without a credential, because the relays know their clients by network."""

    hosts: tuple[str, ...]
    name: str = DEDICATED
    port: int = SUBMISSION_PORT
    wrapper: bool = False
    ca: str | None = None
    messages_per_connection: int | None = None

    @property
    def host(self) -> str:
        return ", ".join(self.hosts)

    @property
    def nexthop(self) -> str:
        """Postfix tries the next one when one does not answer (relayhost, Postfix 3.5)."""
        return ",".join(f"[{host}]:{self.port}" for host in self.hosts)


def dedicated_of(relay: Relay) -> Dedicated | None:
    """Where such a host hands its mail over; None for one that sends by providers itself."""
    return Dedicated(tuple(relay.relay_hosts)) if relay.relay_hosts else None
