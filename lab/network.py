"""The lab's network: a bridge with a subnet of 198.18.0.0/15, and a network namespace a host.

Nothing else of the machine's network is touched: no routing, no NAT, no firewall. The /15 is set
aside for tests (RFC 2544 appendix C.2.2), so it is in nobody's way.
"""

import hashlib
import json
from collections.abc import Iterable
from ipaddress import IPv4Network
from pathlib import Path

from lab.cache import lock
from lab.errors import LabError
from lab.run import run

TEST_NETWORKS = IPv4Network("198.18.0.0/15")
_LOCK = Path("/run/mailfleet-network.lock")


def lab_name(directory: Path) -> str:
    """The name of the lab with this state directory; names of all its parts begin with it."""
    return "mf" + hashlib.sha256(str(directory).encode()).hexdigest()[:6]


def bridge_name(lab: str) -> str:
    return f"{lab}br"


def link_name(lab: str, number: int) -> str:
    """The machine's end of a host's cable. (Linux allows 15 characters.)"""
    return f"{lab}h{number}"


def namespace_name(lab: str, host: str) -> str:
    """A host's network namespace, and its machine name for systemd-nspawn."""
    return f"{lab}-{host}"


def choose_subnet(taken: Iterable[IPv4Network], lab: str) -> IPv4Network:
    """A /24 that overlaps with nothing in `taken`; the same one for the same lab if it is free."""
    in_use = [net for net in taken if net.overlaps(TEST_NETWORKS)]
    subnets = list(TEST_NETWORKS.subnets(new_prefix=24))
    start = int(hashlib.sha256(lab.encode()).hexdigest(), 16) % len(subnets)
    for subnet in subnets[start:] + subnets[:start]:
        if not any(subnet.overlaps(net) for net in in_use):
            return subnet
    raise LabError(f"no free /24 in {TEST_NETWORKS}: this machine's routes take all of it")


def networks_in(routes: str) -> list[IPv4Network]:
    """Destinations in the output of `ip -json -4 route show table all`, without default routes."""
    found = (route["dst"] for route in json.loads(routes or "[]"))
    return [IPv4Network(dst, strict=False) for dst in found if dst not in ("default", "0.0.0.0/0")]


def create_bridge(lab: str) -> IPv4Network:
    """Make the bridge on a free subnet, with the gateway's address, and say which subnet."""
    bridge = bridge_name(lab)
    with lock(_LOCK):  # until the address is there, another lab could choose the same subnet
        subnet = choose_subnet(
            networks_in(run("ip", "-json", "-4", "route", "show", "table", "all")), lab
        )
        # With an address of its own the bridge does not change it when a host is plugged in.
        mac = "02:6d:66:" + ":".join(f"{byte:02x}" for byte in subnet[1].packed[1:])
        _ip(
            f"link add {bridge} address {mac} type bridge",
            f"address add {subnet[1]}/24 dev {bridge}",
            f"link set {bridge} up",
        )
    return subnet


def add_addresses(lab: str, addresses: Iterable[str]) -> None:
    """Give the bridge more addresses, for the services."""
    _ip(*(f"address add {address}/24 dev {bridge_name(lab)}" for address in addresses))


def connect_host(lab: str, host: str, number: int, address: str) -> None:
    """Make a host's network namespace, with eth0 plugged into the bridge."""
    namespace, link = namespace_name(lab, host), link_name(lab, number)
    _ip(
        f"netns add {namespace}",
        f"link add {link} type veth peer name eth0 netns {namespace}",
        f"link set {link} master {bridge_name(lab)} up",
    )
    _ip(
        "link set lo up",
        f"address add {address}/24 dev eth0",
        "link set eth0 up",
        namespace=namespace,
    )


def _ip(*commands: str, namespace: str | None = None) -> None:
    inside = ("-netns", namespace) if namespace else ()
    run("ip", *inside, "-batch", "-", stdin="\n".join(commands) + "\n")
