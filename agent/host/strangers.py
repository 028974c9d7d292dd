"""No open relay: who may hand mail to this Postfix, and that other hosts do so with TLS.

See smtpd_relay_restrictions, mynetworks, smtpd_tls_auth_only and smtpd_tls_chain_files in
postconf(5).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from agent.host.configuration import Configuration, Service

_LOGGED_IN = "permit_sasl_authenticated"


def strangers(found: Configuration) -> Iterator[str]:
    """A sentence for each way in for strangers, and for clients that would come in the clear."""
    for server in found.servers:
        who = "" if server.name == "smtp" else f"service {server.name}: "
        networks = _words(found.of(server, "mynetworks"))
        for fault in filter(None, map(_too_wide, networks)):
            yield f"{who}mynetworks has {fault}"
        if _deciding(_words(found.of(server, "smtpd_relay_restrictions"))) == "permit":
            yield f"{who}smtpd_relay_restrictions does not refuse strangers: an open relay"
        encrypted = found.of(server, "smtpd_tls_security_level") == "encrypt"
        if not encrypted and not all(_is_loopback(network) for network in networks):
            yield f"{who}mynetworks has other hosts, and smtpd_tls_security_level is not encrypt"
        yield from (f"{who}{fault}" for fault in _passwords(found, server))
        if encrypted:
            yield from _certificate(found.of(server, "smtpd_tls_chain_files"))


def _too_wide(text: str) -> str | None:
    network = _network(text)
    if network is None:
        return f"{text}, which is no network: an open relay, it may be"
    if network.prefixlen < (8 if network.version == 4 else 32):
        return f"{text}, which lets strangers send: an open relay"
    return None


def _deciding(restrictions: list[str]) -> str:
    """ "reject" when strangers are refused before anything else lets them through."""
    for word in restrictions:
        if re.fullmatch(r"(reject|defer)(_unauth_destination)?", word):
            return "reject"
        if word not in ("permit_mynetworks", _LOGGED_IN):
            return "permit"
    return "permit"


def _passwords(found: Configuration, server: Service) -> Iterator[str]:
    """Where a password may be said: by submission alone, and never in the clear."""
    offered = found.of(server, "smtpd_sasl_auth_enable") == "yes"
    if offered and server.name.rpartition(":")[2] in ("smtp", "25"):
        yield "AUTH is offered on port 25, expected on submission alone"
    counts = _LOGGED_IN in _words(found.of(server, "smtpd_relay_restrictions"))
    if (offered or counts) and found.of(server, "smtpd_tls_auth_only") != "yes":
        yield "smtpd_tls_auth_only is not yes: a client could say its password in the clear"


def _is_loopback(text: str) -> bool:
    network = _network(text)
    return network is None or network.is_loopback


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _certificate(files: str) -> Iterator[str]:
    """One file holds the key and its chain, or one the key and another the chain."""
    texts = "".join(map(beginning, _words(files)))
    for what in ("PRIVATE KEY", "CERTIFICATE"):
        if f"{what}-----" not in texts:
            yield f"smtpd_tls_chain_files {files or '(none)'}: found no {what.lower()} there"


def _words(value: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", value) if word]


def beginning(path: str) -> str:
    """The beginning of a file; nothing when it can't be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(65536)
    except OSError:
        return ""
