"""What Postfix accepts and then loses mail by: `postfix check` misses nearly all of it.

Each rule looks at a staged configuration and yields a sentence for each fault. See postconf(1),
postconf(5) and master(5).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from agent.host.common import run_at_terminal
from agent.host.configuration import Configuration, understood
from agent.host.milters import milters
from agent.host.open_relay import beginning, open_relay
from agent.host.tables import compiled, named_tables

# without these a Postfix runs and moves no mail
_NEEDED = ("bounce", "cleanup", "defer", "error", "pickup", "qmgr", "retry", "rewrite", "tlsmgr",
           "trace")  # fmt: skip
_DEDICATED = "dedicated"  # a relay of ours, which knows its clients by network
_MAP_PARAMETER = re.compile(r"_(maps|checks|filter|map)$")
_MEASURE = re.compile(r"_(concurrency|count|delay|interval|lifetime|limit|size|time|timeout)$")
_NUMBER = re.compile(r"\d+")
_TIME = re.compile(r"\d+[smhdw]?")


def faults(directory: str, staged: Mapping[str, bytes] | None = None) -> Iterator[str]:
    """A sentence for each fault of the configuration in that directory; `staged` are the contents
    of other files that are not live yet, by path."""
    found = understood(directory)
    yield from _broken_services(found)
    yield from _routes(found)
    yield from _encryption(found)
    yield from open_relay(found, staged)
    if found.parameters.get("soft_bounce") == "yes":
        yield (
            "soft_bounce is yes in main.cf, expected no, and relay_status_filter for providers: "
            "it would retry mail that this host rejects"
        )
    yield from milters(found)
    yield from _measures(found)
    yield from _maps(found, directory)
    if found.credentials_mode & 0o077:
        mode = f"{found.credentials_mode:o}"
        yield f"sasl_passwd has mode {mode}, expected 600: others could read the credentials"


def _broken_services(found: Configuration) -> Iterator[str]:
    for name in sorted(set(_NEEDED) - found.names):
        yield f"master.cf has no service {name}, without which no mail moves"
    reuse = any(found.of(client, "smtp_tls_connection_reuse") == "yes" for client in found.clients)
    if reuse and "tlsproxy" not in found.names:
        yield "master.cf has no service tlsproxy: with smtp_tls_connection_reuse nothing leaves"
    if found.parameters.get("maillog_file") and "postlog" not in found.names:
        yield "master.cf has no service postlog, which maillog_file needs"
    twice = Counter((service.name, service.kind) for service in found.services)
    for (name, kind), number in twice.items():
        if number > 1:
            yield f"master.cf has the service {name} {kind} {number} times, expected once"
    for service in found.services:
        if not os.path.exists(os.path.join(found.daemons, service.command)):
            yield f"master.cf: service {service.name} runs {service.command}, which is not there"
        if not re.fullmatch(r"-|\d+", service.maxproc):
            yield f"master.cf: service {service.name} has maxproc {service.maxproc}, no number"


def _routes(found: Configuration) -> Iterator[str]:
    clients = {client.name: client for client in found.clients}
    for transport, nexthop in sorted(found.routes):
        if transport not in clients:
            where = found.origins.get((transport, nexthop), "main.cf")
            yield f"{where}: mail goes to the transport {transport}, which master.cf does not have"
            continue
        authenticates = found.of(clients[transport], "smtp_sasl_auth_enable") == "yes"
        if not authenticates and transport != _DEDICATED:
            yield f"the transport {transport} does not authenticate: {nexthop} would answer 530"
        wrapped = found.of(clients[transport], "smtp_tls_wrappermode") == "yes"
        if nexthop.endswith((":25", ":587") if wrapped else ":465"):
            yield f"the transport {transport} has the wrong smtp_tls_wrappermode for {nexthop}"
    for nexthop in sorted(found.nexthops):
        if not re.fullmatch(r"\[[^\]]+\]:\d+", nexthop):
            yield f"mail goes to {nexthop}, expected [host]:port: without brackets it goes to an MX"
    default = found.parameters.get("default_transport", "").partition(":")[0]
    if default not in found.names:
        yield f"default_transport is {default}, which master.cf does not have"


def _encryption(found: Configuration) -> Iterator[str]:
    for client in found.clients:
        who = f"the transport {client.name}"
        level = found.of(client, "smtp_tls_security_level")
        pinned = level == "fingerprint" and found.of(client, "smtp_tls_fingerprint_cert_match")
        if level != "secure" and not pinned:
            yield f"{who} has smtp_tls_security_level {level or 'none'}, expected secure"
        authorities = found.of(client, "smtp_tls_CAfile")
        if not _holds_certificates(authorities):
            yield f"{who} has smtp_tls_CAfile {authorities or 'none'}, which holds no certificate"
        options = found.of(client, "smtp_sasl_security_options")
        if options and "noplaintext" not in options:
            yield f"{who} would send a password without TLS: smtp_sasl_security_options {options}"


def _holds_certificates(path: str) -> bool:
    return "-----BEGIN CERTIFICATE-----" in beginning(path)


def _measures(found: Configuration) -> Iterator[str]:
    """Limits that are no numbers and delays that are no times, as the default is one."""
    for setting, value in found.settings.items():
        default = found.defaults.get(setting.rpartition("/")[2], "")
        if not _MEASURE.search(setting):
            continue
        if _NUMBER.fullmatch(default) and not _NUMBER.fullmatch(value):
            yield f"{setting} is {value}, expected a number"
        elif _TIME.fullmatch(default) and not _TIME.fullmatch(value):
            yield f"{setting} is {value}, expected a time such as 60s"


def _maps(found: Configuration, directory: str) -> Iterator[str]:
    for setting, value in found.settings.items():
        for kind in _map_types(value) if _MAP_PARAMETER.search(setting) else ():
            if kind not in found.map_types:
                yield f"{setting} names a map of type {kind}, which this Postfix does not have"
        for kind, path in named_tables([value], directory):
            if not os.path.exists(compiled(kind, path)):
                yield f"{setting} names {kind}:{path}, which is not there"
            elif complaint := _complaint(directory, kind, path):
                yield f"{setting}: {complaint}"


def _map_types(value: str) -> Iterator[str]:
    """The types of the maps that stand side by side in a value, not those inside of others."""
    depth, word = 0, ""
    for character in f"{value} ":
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and character in " ,\t":
            kind, colon, _ = word.partition(":")
            if colon:
                yield kind
            word = ""
        else:
            word += character


def _complaint(directory: str, kind: str, path: str) -> str:
    """What Postfix says of a table when something is looked up in it."""
    table = f"{kind}:{path}"
    _, said = run_at_terminal("postmap", "-c", directory, "-q", "mailfleet.invalid", table)
    return "; ".join(line.partition(": ")[2] for line in said.splitlines() if path in line)
