"""A Postfix configuration as Postfix itself understands it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.host.common import run
from agent.host.tables import logical_lines, named_tables

Names = dict[str, str]
_ROUTE = re.compile(r"(?<![\w-])([a-z][a-z0-9-]*):(\[[^\]\s]+\]:\d+)")
_DESTINATION = re.compile(r"\s([a-z][a-z0-9_-]*):(\S+)$")
_BY_SENDER = "sender_dependent_default_transport_maps"
_CREDENTIALS = "smtp_sasl_password_maps"  # its keys look like routes


@dataclass(frozen=True)
class Service:
    """A line of master.cf."""

    name: str
    kind: str
    maxproc: str
    command: str


@dataclass(frozen=True)
class Configuration:
    """`parameters` of main.cf and their `defaults`, and `overrides` of master.cf by
    service/type/parameter, all with `$name` expanded; `routes` are (transport, next hop), and
    `origins` says which file has them."""

    parameters: Names
    defaults: Names
    overrides: Names
    services: tuple[Service, ...]
    map_types: frozenset[str]
    routes: frozenset[tuple[str, str]]
    daemons: str
    credentials_mode: int
    origins: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, service: Service, name: str) -> str:
        """A parameter as that service sees it."""
        own = self.overrides.get(f"{service.name}/{service.kind}/{name}")
        return own if own is not None else self.parameters.get(name, "")

    def own(self, service: Service, name: str) -> str | None:
        """The same, and None where nothing is said of it, so that Postfix's default counts."""
        found = self.overrides.get(f"{service.name}/{service.kind}/{name}")
        return self.parameters.get(name) if found is None else found

    def overridden(self, service: Service, name: str) -> bool:
        """Whether that service has another value than main.cf."""
        return self.of(service, name) != self.parameters.get(name, "")

    @property
    def settings(self) -> Names:
        """All that is set, in main.cf or for one service."""
        return {**self.parameters, **self.overrides}

    @property
    def names(self) -> set[str]:
        return {service.name for service in self.services}

    @property
    def clients(self) -> list[Service]:
        """The services that hand mail to other hosts."""
        return [service for service in self.services if service.command == "smtp"]

    @property
    def nexthops(self) -> set[str]:
        """Where mail may be handed over."""
        return {nexthop for _, nexthop in self.routes}

    @property
    def authenticated(self) -> set[str]:
        """The next hops that get a credential."""
        clients = {client.name: client for client in self.clients}
        return {
            nexthop
            for transport, nexthop in self.routes
            if transport in clients
            and self.of(clients[transport], "smtp_sasl_auth_enable") == "yes"
        }

    @property
    def servers(self) -> list[Service]:
        """The services that take mail from other programs and hosts by SMTP."""
        return [service for service in self.services if service.command == "smtpd"]


def understood(directory: str) -> Configuration:
    """The configuration in that directory."""

    def ask(*options: str) -> str:
        return run("postconf", "-c", directory, *options).stdout

    parameters, overrides = _names(ask("-nx")), _names(ask("-Px"))
    known = sorted({*parameters, *(name.rpartition("/")[2] for name in overrides)})
    origins = dict(_routes_of(parameters, overrides, directory))
    return Configuration(
        parameters=parameters,
        defaults=_names(ask("-dx", *known)),
        overrides=overrides,
        services=tuple(_services(ask("-M"))),
        map_types=frozenset(ask("-m").split()),
        routes=frozenset(origins),
        daemons=ask("-h", "daemon_directory").strip(),
        credentials_mode=os.stat(f"{directory}/sasl_passwd").st_mode & 0o777,
        origins=origins,
    )


def _routes_of(
    parameters: Names, overrides: Names, directory: str
) -> Iterator[tuple[tuple[str, str], str]]:
    """Each (transport, next hop) that Postfix may be led to, and the file that says so.

    Only tables that main.cf or master.cf name count: others may lie there from earlier times.
    """
    by_sender = named_tables([parameters.get(_BY_SENDER, "")], directory)
    settings = [(f"{directory}/main.cf", parameters), (f"{directory}/master.cf", overrides)]
    values = [
        value
        for _, names in settings
        for name, value in names.items()
        if name.rpartition("/")[2] != _CREDENTIALS
    ]
    for _, path in named_tables(values, directory):
        for line in logical_lines(path):
            yield from ((route, path) for route in _ROUTE.findall(line))
    for _, path in by_sender:
        yield from ((route, path) for route in _sender_routes(path))
    for path, names in settings:
        for value in names.values():
            yield from ((route, path) for route in _ROUTE.findall(value))
    yield from ((route, f"{directory}/main.cf") for route in _default_routes(parameters))


def _default_routes(parameters: Names) -> Iterator[tuple[str, str]]:
    transport, _, nexthop = parameters.get("default_transport", "").partition(":")
    for host in re.split(r"[\s,]+", nexthop or parameters.get("relayhost", "")):
        if host and transport not in ("error", "retry"):
            yield transport, host


def _sender_routes(table: str) -> Iterator[tuple[str, str]]:
    """Where mail goes by its sender, but for what goes on to this very host."""
    for line in logical_lines(table):
        for transport, nexthops in _DESTINATION.findall(line):
            for nexthop in nexthops.split(","):
                if nexthop and not nexthop.startswith("[127.0.0.1]"):
                    yield transport, nexthop


def _names(text: str) -> Names:
    pairs = (line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _services(text: str) -> Iterator[Service]:
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 8:
            yield Service(words[0], words[1], words[6], words[7])
