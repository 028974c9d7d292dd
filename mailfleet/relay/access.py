"""Where a relay host takes mail from other programs and hosts, and from whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from mailfleet.policy import Relay
from mailfleet.policy.relay import ALL

# Connections of one address that is no client (yet), and processes of the submission service: a
# dozen strangers' addresses together do not occupy it. A login is a stranger until it has said
# its password, and comes with as many connections as its application has workers.
STRANGERS = {False: 5, True: 20}  # by whether there are logins
PROCESSES = 250


@dataclass(frozen=True)
class Door:
    """A port 25 for networks that the policy names: its service in master.cf."""

    service: str
    networks: tuple[str, ...]


def inet_interfaces(relay: Relay) -> str:
    """Where the services of master.cf listen that name no address themselves."""
    return "all" if ALL in relay.listen else "loopback-only"


def port_25(relay: Relay) -> tuple[str, ...]:
    """The services by which the host itself hands over mail, on loopback alone.

    A named address has to be there, and not each kernel has IPv6: where "all" has to stand for
    port 587, ::1 is served when the policy knows of clients with IPv6.
    """
    if ALL not in relay.listen:
        return ("smtp",)
    v6 = any(ip_network(client).version == 6 for client in relay.clients)
    return ("127.0.0.1:smtp", *(["[::1]:smtp"] if v6 else []))


def submission(relay: Relay) -> tuple[str, ...]:
    """The services that clients, and tests/verify on the host, hand over to (RFC 6409)."""
    if ALL in relay.listen:
        return ("submission",)
    everywhere = any(ip_address(address).is_unspecified for address in relay.listen)
    itself = () if everywhere or not relay.listen else ("127.0.0.1",)
    addresses = dict.fromkeys([*itself, *relay.listen])
    return tuple(f"{_host(address)}:submission" for address in addresses)


def neighbours(relay: Relay) -> tuple[Door, ...]:
    return tuple(
        Door(f"{_host(address)}:smtp", tuple(networks))
        for address, networks in relay.port_25.items()
    )


def listening(inet_interfaces: str, inet_protocols: str, services: Iterable[str]) -> str:
    """What only a restart changes, as agent/host/postfix.py has it: a reload would open a door
    before it has closed another one at the same port, and fail."""
    named = [name for name in services if name.endswith(("smtp", "submission")) and name != "smtp"]
    return " ".join([inet_interfaces, inet_protocols, *named])


def door_notes(relay: Relay) -> Iterator[str]:
    """Who sends without the certainty of TLS."""
    how = "in the clear, unless they use STARTTLS," if relay.listen else "in the clear"
    for address, networks in relay.port_25.items():
        yield (
            f"port 25 of {address} takes mail {how} from {', '.join(networks)}: whoever is on the "
            "way between them can read it, and every host there may send"
        )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
