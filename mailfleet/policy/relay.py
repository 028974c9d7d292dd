"""How relay hosts behave: on their own, as dedicated relays, or as clients of these."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from mailfleet.policy.errors import PolicyError, require_unique
from mailfleet.policy.login import Login
from mailfleet.policy.returned import Returned
from mailfleet.policy.schema import policy_class
from mailfleet.policy.secret import Secret, refuse_literals
from mailfleet.policy.types import (
    CalendarEvent,
    ClientNetwork,
    Fingerprint,
    HostAddress,
    HostPath,
    ListenAddress,
    PrivateNetwork,
    RelayName,
    ShortName,
    client_network,
)

ALL = "all"
RoundTrip = Annotated[float, Field(ge=0.0001, le=10)]
# A password, or a Login.
_Login = BeforeValidator(lambda v: v if isinstance(v, Login) else refuse_literals(v))
# A single value may be given without a list.
_Several = (BeforeValidator(lambda v: [v] if isinstance(v, str) else v), AfterValidator(tuple))


@policy_class
class Relay:
    """How a relay host behaves: all of them, or those whose group_data has a `relay` of its own.

    A dedicated relay serves other hosts by submission with TLS (port 587, RFC 6409): it has
    `listen` and `clients`, `logins` or both. Its clients have `relay_hosts`.
    """

    soft_bounce: bool = True
    """mail that a provider rejects is kept and retried, not bounced"""
    rtt: RoundTrip = 0.020
    """round-trip time to the providers in seconds; limits are calculated from it, see
    [Limits](relay.md#limits)"""
    check_logs: CalendarEvent = "hourly"
    """how often the logs are checked for problems: a systemd calendar event such as `*:0/15`
    (systemd.time(7)); cron's form is refused"""
    adopt: bool = False
    """replace a Postfix configuration that mailfleet did not write, see [Migrating an existing
    host](relay.md#migrating-an-existing-host)"""
    rewrite_from: bool = False
    """mail from addresses that the policy does not name leaves as `noreply@` the first domain,
    with a `Reply-To`, see [Rewriting From addresses](relay.md#rewriting-from-addresses)"""
    provider_failover: bool = False
    """on a host where a provider keeps failing, the others get its mail until it works again,
    see [Switching](relay.md#switching)"""
    returned: Returned = Returned()
    """how long bounces are kept on the host"""
    port_25: Mapping[HostAddress, Annotated[Sequence[PrivateNetwork], *_Several]] = Field(
        default_factory=dict
    )
    """by address of the host, the private networks that may send to it on port 25:
    `{"172.17.0.1": "172.17.0.0/16"}`, see [Containers and
    neighbours](relay.md#containers-and-neighbours)"""
    listen: Annotated[Sequence[ListenAddress], *_Several] = ()
    """makes it a [dedicated relay](relay.md#dedicated-relays): `"all"`, or addresses of the host"""
    clients: Annotated[Sequence[ClientNetwork], *_Several] = ()
    """the networks that it serves, such as `"10.0.0.0/16"`"""
    logins: Mapping[ShortName, Annotated[Secret | Login, _Login]] = Field(default_factory=dict)
    """the users that it serves from anywhere, each with its password: `{"app1":
    secret("aws:relay-app1")}`, or a `Login`"""
    certificate: Annotated[Sequence[HostPath], *_Several] = ()
    """paths on the host: private key, then its chain; one file may hold both; by default the
    relay makes its own"""
    relay_hosts: Annotated[Sequence[RelayName], *_Several] = ()
    """the dedicated relays that all mail of this host goes to, names or addresses in order; the
    first that answers is used"""
    tls_fingerprints: Annotated[Sequence[Fingerprint], *_Several] = ()
    """SHA-256 fingerprints of their self-signed certificates; by default the system's
    certificate authorities must vouch for their names"""

    def __post_init__(self) -> None:
        require_unique("Relay.listen", self.listen)
        require_unique("Relay.relay_hosts", self.relay_hosts)
        if ALL in self.listen and len(self.listen) > 1:
            raise PolicyError(
                f"Relay.listen: found {ALL!r} and addresses, expected only one of them"
            )
        for name in ("clients", "logins", "certificate"):
            if getattr(self, name) and not self.listen:
                raise PolicyError(
                    f"Relay.{name}: found some without listen, expected none: only a dedicated "
                    "relay serves other hosts"
                )
        if self.listen and not (self.clients or self.logins):
            raise PolicyError(
                "Relay.clients: found none, expected the networks that it serves, or logins"
            )
        if self.listen and self.relay_hosts:
            raise PolicyError("Relay: found listen and relay_hosts, expected only one of them")
        if self.tls_fingerprints and not self.relay_hosts:
            raise PolicyError(
                "Relay.tls_fingerprints: found some without relay_hosts, expected none"
            )
        for name in self.relay_hosts:
            if not self.tls_fingerprints and name.replace(".", "").isdigit():
                raise PolicyError(
                    f"Relay.tls_fingerprints: found none for {name}, expected the fingerprint of "
                    "its certificate: authorities vouch for names, not for addresses"
                )
        for address, neighbours in self.port_25.items():
            if not neighbours:
                raise PolicyError(
                    f"Relay.port_25: found no network for {address}, expected those that may send "
                    "there"
                )
        self._check_not_open()

    @property
    def passwords(self) -> dict[str, Secret]:
        """The password of each login."""
        return {
            user: found.password if isinstance(found, Login) else found
            for user, found in self.logins.items()
        }

    @property
    def senders_of_logins(self) -> dict[str, tuple[str, ...]]:
        """The addresses and @domains that each login may send as; empty for any."""
        return {
            user: tuple(found.senders) if isinstance(found, Login) else ()
            for user, found in self.logins.items()
        }

    def _check_not_open(self) -> None:
        """Small networks may add up to a large one."""
        networks = [ip_network(client) for client in self.clients]
        v4 = collapse_addresses(n for n in networks if isinstance(n, IPv4Network))
        v6 = collapse_addresses(n for n in networks if isinstance(n, IPv6Network))
        for together in (*v4, *v6):
            try:
                client_network(str(together))
            except ValueError as reason:
                raise PolicyError(f"Relay.clients: together: {reason}") from None
