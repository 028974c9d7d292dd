"""What a Postfix that is about to be replaced does and the new one will not, by its main.cf."""

import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network

from mailfleet.policy import Relay
from mailfleet.policy.types import private_network
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.state import HostState

_LOOPBACK = ("loopback-only", "localhost", "127.0.0.1", "::1", "[::1]")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")


def cut_off(state: HostState, relay: Relay) -> Iterator[str]:
    """The hosts that the existing Postfix serves on port 25 and that would lose it, if any."""
    live = state.files.get(f"{POSTFIX}main.cf")
    if not state.foreign or live is None:
        return
    found = postfix_parameters(live.text or "")
    interfaces = _words(found, "inet_interfaces") or ["all"]
    if all(interface in _LOOPBACK for interface in interfaces):
        return
    networks = [word for word in _words(found, "mynetworks") if not _is_loopback(word)]
    kept = {_network(network) for networks in relay.port_25.values() for network in networks}
    left = [word for word in networks if _network(word) not in kept]
    if networks and not left:
        return
    if networks:
        who = f"containers and hosts of {', '.join(left)}"
    elif found.get("mynetworks_style") in ("subnet", "class"):
        who = f"hosts of its own networks (mynetworks_style = {found['mynetworks_style']})"
    else:
        who = "all that send there"
    yield (
        f"its port 25 accepts mail from other hosts (inet_interfaces = "
        f"{found.get('inet_interfaces', 'all')}), but will only from this host: {who} will be cut "
        "off; to keep serving private networks, set "
        f"Relay(port_25={{{_address_in(left, interfaces)}: {_private(left) or ['NETWORK']}}})"
    )


def _address_in(networks: list[str], interfaces: list[str]) -> str:
    """The host's address in one of the networks, if its main.cf names one."""
    addresses = [found.network_address for word in interfaces if (found := _network(word))]
    for network in (_network(word) for word in networks):
        for address in addresses:
            if network and address in network:
                return repr(str(address))
    return '"ADDRESS of this host"'


def _private(networks: list[str]) -> list[str]:
    found = []
    for network in map(_network, networks):
        with suppress(ValueError):
            found.append(private_network(str(network)))
    return found


def _words(found: dict[str, str], name: str) -> list[str]:
    """The words of a list, with $name replaced where main.cf sets it."""
    text = found.get(name, "")
    for _ in range(5):
        text = _VARIABLE.sub(lambda m: found.get(m[1] or m[2] or m[3], m[0].strip("$")), text)
    return [word for word in re.split(r"[\s,]+", text) if word]


def _is_loopback(word: str) -> bool:
    network = _network(word)
    return network is not None and network.is_loopback


def _network(word: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(word.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None
