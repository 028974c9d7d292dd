"""Weaknesses of an SMTP server of this host other than who may send: smuggled mail, local users who
take its port, mail that bypasses the milter, and clients that use up its processes.

See smtpd_forbid_bare_newline and smtpd_client_connection_count_limit in postconf(5).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator

from agent.host.configuration import Configuration, Service

# So many unauthenticated addresses must not be able to use up a service.
_FEW_ADDRESSES = 10
_LEAST_PORT_OF_USERS = 1024
# RFC 1918, RFC 6598, RFC 4193
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def access_weaknesses(found: Configuration, server: Service) -> Iterator[str]:
    """A sentence for each weakness of a server."""
    for judge in (_address, _smuggling, _local_port, _limits):
        yield from judge(found, server)


def _address(_: Configuration, server: Service) -> Iterator[str]:
    """Postfix does not start when it can't listen."""
    address = server.name.rpartition(":")[0].strip("[]")
    if server.kind == "inet" and address and not _is_here(address):
        yield f"this host does not have the address {address}: Postfix would not start"


def _is_here(address: str) -> bool:
    network = network_of(address)
    family = socket.AF_INET6 if network and network.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.bind((address, 0))
    except OSError:
        return False
    return True


def _smuggling(found: Configuration, server: Service) -> Iterator[str]:
    """One way to end a message for all servers (smtpd_forbid_bare_newline), and no unauthorized
    pipelining."""
    if found.of(server, "smtpd_forbid_bare_newline") not in ("normalize", "yes", "reject"):
        yield "smtpd_forbid_bare_newline is not normalize: mail can be smuggled in other mail"
    if found.own(server, "smtpd_forbid_bare_newline_exclusions") != "":
        yield (
            "smtpd_forbid_bare_newline_exclusions is not empty: it exempts all who may send, so "
            "that mail can be smuggled in other mail"
        )
    if found.of(server, "smtpd_forbid_unauth_pipelining") != "yes":
        yield "smtpd_forbid_unauth_pipelining is not yes: commands can be smuggled inside of mail"


def _local_port(found: Configuration, server: Service) -> Iterator[str]:
    """A fallback's port accepts mail as port 25 does, and only root may listen on it."""
    port = port_of(server)
    if server.kind == "inet" and port >= _LEAST_PORT_OF_USERS:
        yield (
            f"any user of this host can listen on port {port} while Postfix is stopped, and then "
            f"Postfix would not start: expected a port below {_LEAST_PORT_OF_USERS}"
        )
    skipped = words_of(found.of(server, "receive_override_options"))
    unmilted = found.overridden(server, "smtpd_milters")
    if {"no_milters", "no_address_mappings"} & set(skipped) or unmilted:
        yield "its mail bypasses the milter or address mapping, expected both as on port 25"


def _limits(found: Configuration, server: Service) -> Iterator[str]:
    """A few unauthenticated addresses must not use up what clients connect to."""
    if server.kind != "inet" or not is_open(found, server):
        return
    processes = server.maxproc
    if processes == "-":
        processes = found.parameters.get("default_process_limit", "100")
    each = found.of(server, "smtpd_client_connection_count_limit") or "50"
    if not (each.isdigit() and processes.isdigit()):
        return  # reported by another rule
    if int(each) == 0 or 0 < int(processes) < int(each) * _FEW_ADDRESSES:
        yield (
            f"smtpd_client_connection_count_limit is {each}, of {processes} processes: "
            f"{_FEW_ADDRESSES} unauthenticated addresses could use them up"
        )


def port_of(server: Service) -> int:
    name = server.name.rpartition(":")[2]
    return int(name) if name.isdigit() else {"smtp": 25, "submission": 587}.get(name, 0)


def is_open(found: Configuration, server: Service) -> bool:
    """Whether it listens beyond the loopback interface."""
    address = server.name.rpartition(":")[0]
    places = [address] if address else words_of(found.parameters.get("inet_interfaces", "all"))
    return not all(
        place in ("loopback-only", "localhost") or is_loopback_address(place) for place in places
    )


def is_loopback_address(address: str) -> bool:
    network = network_of(address)
    return network is not None and network.is_loopback


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def is_private(text: str) -> bool:
    """Whether a network is private, as in the policy (Relay.port_25)."""
    network = network_of(text)
    return network is not None and any(
        network.version == private.version and network.subnet_of(private)  # type: ignore[arg-type]
        for private in map(ipaddress.ip_network, _PRIVATE)
    )


def words_of(value: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", value) if word]
