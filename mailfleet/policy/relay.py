"""How relay hosts behave: by themselves, for others, or through another relay."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from mailfleet.policy.errors import PolicyError, require_unique
from mailfleet.policy.login import Login
from mailfleet.policy.returned import Returned
from mailfleet.policy.schema import word
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
# A password alone, or with what it may be used for.
_Login = BeforeValidator(lambda v: v if isinstance(v, Login) else refuse_literals(v))
# One value may stand without its list.
_Several = (BeforeValidator(lambda v: [v] if isinstance(v, str) else v), AfterValidator(tuple))


@word
class Relay:
    """How a relay host behaves: every one, or those whose group_data has a `relay` of its own.

    `soft_bounce`: mail that a provider refuses is kept and retried, not bounced.
    `round_trip`: how far the providers are, in seconds; limits are calculated with it.
    `check_logs`: how often the logs are read for trouble, a systemd calendar event.
    `adopt`: replace a Postfix configuration that is on a host already and is not ours.
    `rewrite_foreign`: mail from addresses that are nowhere in the policy leaves as noreply@ its
    first domain, and answers go to those addresses.
    `watch_providers`: on a host where a provider keeps failing or is slow, the others get its mail
    until it works again.
    `returned`: how much is kept of the mail that cannot leave, and how long.
    `port_25`: by address of the host, the private networks that may send there by port 25, mostly
    in the clear: containers (172.17.0.1, 172.17.0.0/16) and neighbours that know no submission.

    A dedicated relay serves other hosts, by submission with TLS (port 587, RFC 6409): `listen` is
    "all" or addresses of the host, `clients` are the networks that it serves, `logins` the users
    that it serves from anywhere, each with the secret that is its password (or a Login, which also
    says whose senders it may use), `certificate` the files on the host that hold its private key
    and then its chain; without, it makes its own.

    `by`: all mail goes to these dedicated relays, to the first that answers, and none to a
    provider. `pins` are the SHA-256 fingerprints of their certificates when those are self-made;
    without, the system's certificate authorities must vouch for their names.
    """

    soft_bounce: bool = True
    round_trip: RoundTrip = 0.020
    check_logs: CalendarEvent = "hourly"
    adopt: bool = False
    rewrite_foreign: bool = False
    watch_providers: bool = False
    returned: Returned = Returned()
    port_25: Mapping[HostAddress, Annotated[Sequence[PrivateNetwork], *_Several]] = Field(
        default_factory=dict
    )
    listen: Annotated[Sequence[ListenAddress], *_Several] = ()
    clients: Annotated[Sequence[ClientNetwork], *_Several] = ()
    logins: Mapping[ShortName, Annotated[Secret | Login, _Login]] = Field(default_factory=dict)
    certificate: Annotated[Sequence[HostPath], *_Several] = ()
    by: Annotated[Sequence[RelayName], *_Several] = ()
    pins: Annotated[Sequence[Fingerprint], *_Several] = ()

    def __post_init__(self) -> None:
        require_unique("Relay.listen", self.listen)
        require_unique("Relay.by", self.by)
        if ALL in self.listen and len(self.listen) > 1:
            raise PolicyError(f"Relay.listen: found {ALL!r} and addresses, expected one of both")
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
        if self.listen and self.by:
            raise PolicyError("Relay: found listen and by, expected one of both")
        if self.pins and not self.by:
            raise PolicyError("Relay.pins: found some without by, expected none")
        for name in self.by:
            if not self.pins and name.replace(".", "").isdigit():
                raise PolicyError(
                    f"Relay.pins: found none for {name}, expected the fingerprint of its "
                    "certificate: authorities vouch for names, not for addresses"
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
        """Of each login its password."""
        return {
            user: found.password if isinstance(found, Login) else found
            for user, found in self.logins.items()
        }

    @property
    def senders_of_logins(self) -> dict[str, tuple[str, ...]]:
        """Of each login the addresses and @domains that it may send as; none are all."""
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
