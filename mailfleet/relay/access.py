"""Where a relay host accepts mail from other programs and hosts, and from whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from mailfleet.policy import Relay
from mailfleet.policy.relay import ALL

# Connections of one unauthenticated address, and processes of the submission service: a dozen such
# addresses cannot use it up. With logins, clients count as unauthenticated until they have sent
# their password, and open as many connections as their application has workers.
MAX_CONNECTIONS = {False: 5, True: 20}  # by whether there are logins
PROCESSES = 250


@dataclass(frozen=True)
class Port25:
    """A service of master.cf for port 25 of an address, and the networks that may use it."""

    service: str
    networks: tuple[str, ...]


def inet_interfaces(relay: Relay) -> str:
    """Where services of master.cf without an address of their own listen."""
    return "all" if ALL in relay.listen else "loopback-only"


def port_25(relay: Relay) -> tuple[str, ...]:
    """The services for mail of the host itself, on the loopback interface only.

    Postfix does not start when a named address is missing, and some kernels have no IPv6: where
    inet_interfaces is "all" for port 587, ::1 is served when the policy has clients with IPv6.
    """
    if ALL not in relay.listen:
        return ("smtp",)
    v6 = any(ip_network(client).version == 6 for client in relay.clients)
    return ("127.0.0.1:smtp", *(["[::1]:smtp"] if v6 else []))


def submission(relay: Relay) -> tuple[str, ...]:
    """The submission services (RFC 6409), for clients and for tests/verify on the host."""
    if ALL in relay.listen:
        return ("submission",)
    everywhere = any(ip_address(address).is_unspecified for address in relay.listen)
    itself = () if everywhere or not relay.listen else ("127.0.0.1",)
    addresses = dict.fromkeys([*itself, *relay.listen])
    return tuple(f"{_host(address)}:submission" for address in addresses)


def neighbours(relay: Relay) -> tuple[Port25, ...]:
    return tuple(
        Port25(f"{_host(address)}:smtp", tuple(networks))
        for address, networks in relay.port_25.items()
    )


def listening(inet_interfaces: str, inet_protocols: str, services: Iterable[str]) -> str:
    """Where Postfix listens, in the form of agent/host/postfix.py. Only a restart changes it: a
    reload would open a socket before it has closed another one on the same port, and fail."""
    named = [name for name in services if name.endswith(("smtp", "submission")) and name != "smtp"]
    return " ".join([inet_interfaces, inet_protocols, *named])


def access_notes(relay: Relay) -> Iterator[str]:
    """Who may send without TLS."""
    how = "in the clear, unless they use STARTTLS," if relay.listen else "in the clear"
    for address, networks in relay.port_25.items():
        yield (
            f"port 25 of {address} accepts mail {how} from {', '.join(networks)}: it can be read "
            "on the way, and every host there may send"
        )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
