"""No open relay: who may send mail to this Postfix, where, and that other hosts use TLS.

See smtpd_relay_restrictions, smtpd_data_restrictions, mynetworks, smtpd_tls_auth_only and
smtpd_tls_chain_files in postconf(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent.host.access_checks import (
    access_weaknesses,
    is_open,
    is_private,
    network_of,
    port_of,
    words_of,
)
from agent.host.configuration import Configuration, Service

_LOGGED_IN = "permit_sasl_authenticated"
_OWN_SENDERS = "reject_authenticated_sender_login_mismatch"
# Let a client claim to be another client.
_IMPERSONATING = ("smtpd_authorized_xclient_hosts", "smtpd_upstream_proxy_protocol")


def open_relay(found: Configuration, staged: Mapping[str, bytes] | None = None) -> Iterator[str]:
    """A sentence for each way in which others than clients could send, or clients without TLS.
    `staged`: the contents of files that are not live yet, by path."""
    for server in found.servers:
        who = "" if server.name == "smtp" else f"service {server.name}: "
        every = (_networks, _restrictions, _passwords, access_weaknesses)
        yield from (f"{who}{fault}" for judge in every for fault in judge(found, server))
        if found.of(server, "smtpd_tls_security_level") == "encrypt":
            yield from _certificate(found.of(server, "smtpd_tls_chain_files"), staged or {})


def _networks(found: Configuration, server: Service) -> Iterator[str]:
    """Port 25 is for the host itself, and for private networks on named addresses."""
    networks = words_of(found.of(server, "mynetworks"))
    for fault in filter(None, map(_too_wide, networks)):
        yield f"mynetworks has {fault}"
    others = [network for network in networks if not _is_loopback(network)]
    encrypted = found.of(server, "smtpd_tls_security_level") == "encrypt"
    address = server.name.rpartition(":")[0]
    if others and not encrypted and not (address and all(map(is_private, others))):
        yield "mynetworks has other hosts, but smtpd_tls_security_level is not encrypt"
    if port_of(server) == 25 and is_open(found, server):
        if not address or _is_unspecified(address):
            yield (
                "port 25 listens for other hosts, expected only the loopback interface, or a "
                "service for each address in the policy's Relay(port_25=...)"
            )
        elif not others:
            yield "port 25 listens for other hosts, but mynetworks has none of them"


def _restrictions(found: Configuration, server: Service) -> Iterator[str]:
    """Restrictions at RCPT and DATA: a bare postmaster passes RCPT whatever the restrictions
    are."""
    if _deciding(words_of(found.of(server, "smtpd_relay_restrictions"))) == "permit":
        yield "smtpd_relay_restrictions does not reject all other clients: an open relay"
    data = words_of(found.of(server, "smtpd_data_restrictions"))
    if _deciding([word for word in data if word != "reject_unauth_destination"]) == "permit":
        yield "smtpd_data_restrictions does not reject all other clients: they reach postmaster"
    if found.of(server, "smtpd_sender_login_maps") and _offers_login(found, server):
        senders = words_of(found.of(server, "smtpd_sender_restrictions"))
        if _OWN_SENDERS not in senders or data[:1] != [_OWN_SENDERS]:
            yield (
                f"smtpd_sender_login_maps is set, but {_OWN_SENDERS} is missing from "
                "smtpd_sender_restrictions, or not first in smtpd_data_restrictions"
            )
    for parameter in _IMPERSONATING:
        if found.of(server, parameter):
            yield f"{parameter} is set: any host could claim to be a client"


def _too_wide(text: str) -> str | None:
    network = network_of(text)
    if network is None:
        return f"{text}, which is not a network: possibly an open relay"
    if network.prefixlen < (8 if network.version == 4 else 32):
        return f"{text}, which lets anyone send: an open relay"
    return None


def _deciding(restrictions: list[str]) -> str:
    """ "reject" when other clients are rejected before anything lets them through."""
    for word in restrictions:
        if re.fullmatch(r"(reject|defer)(_unauth_destination)?", word):
            return "reject"
        if word not in ("permit_mynetworks", _LOGGED_IN, _OWN_SENDERS):
            return "permit"
    return "permit"


def _passwords(found: Configuration, server: Service) -> Iterator[str]:
    """Passwords are accepted only on submission, and never in the clear."""
    offered = _offers_login(found, server)
    if offered and port_of(server) == 25:
        yield "AUTH is offered on port 25, expected only on submission"
    counts = _LOGGED_IN in words_of(found.of(server, "smtpd_relay_restrictions"))
    if (offered or counts) and found.of(server, "smtpd_tls_auth_only") != "yes":
        yield "smtpd_tls_auth_only is not yes: a client could send its password in the clear"


def _offers_login(found: Configuration, server: Service) -> bool:
    return found.of(server, "smtpd_sasl_auth_enable") == "yes"


def _is_unspecified(address: str) -> bool:
    network = network_of(address)
    return network is None or network.is_unspecified


def _is_loopback(text: str) -> bool:
    network = network_of(text)
    return network is None or network.is_loopback


def _certificate(files: str, staged: Mapping[str, bytes]) -> Iterator[str]:
    """Key and chain are in one file, or in two."""
    texts = "".join(
        staged[path].decode(errors="replace") if path in staged else beginning(path)
        for path in words_of(files)
    )
    for what in ("PRIVATE KEY", "CERTIFICATE"):
        if f"{what}-----" not in texts:
            yield f"smtpd_tls_chain_files {files or '(none)'}: found no {what.lower()} there"


def beginning(path: str) -> str:
    """The beginning of a file; nothing when it can't be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(65536)
    except OSError:
        return ""
