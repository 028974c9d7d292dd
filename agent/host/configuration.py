"""A Postfix configuration as Postfix itself understands it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.host.common import run

Names = dict[str, str]
_ROUTE = re.compile(r"(?<![\w-])([a-z][a-z0-9-]*):(\[[^\]\s]+\]:\d+)")
_SENDER_TABLES = ("destinations", "kept_here")
_NOT_TABLES = ("main.cf", "master.cf", "sasl_passwd")


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
    service/type/parameter, all with `$name` expanded; `routes` are (transport, next hop)."""

    parameters: Names
    defaults: Names
    overrides: Names
    services: tuple[Service, ...]
    map_types: frozenset[str]
    routes: frozenset[tuple[str, str]]
    daemons: str
    credentials_mode: int

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

    main = ask("-nx")
    parameters, overrides = _names(main), _names(ask("-Px"))
    tables = "\n".join([main, *_tables(directory)])
    known = sorted({*parameters, *(name.rpartition("/")[2] for name in overrides)})
    return Configuration(
        parameters=parameters,
        defaults=_names(ask("-dx", *known)),
        overrides=overrides,
        services=tuple(_services(ask("-M"))),
        map_types=frozenset(ask("-m").split()),
        routes=frozenset(
            [
                *_default_routes(parameters),
                *_sender_routes(directory),
                *_ROUTE.findall(tables),
            ]
        ),
        daemons=ask("-h", "daemon_directory").strip(),
        credentials_mode=os.stat(f"{directory}/sasl_passwd").st_mode & 0o777,
    )


def _default_routes(parameters: Names) -> Iterator[tuple[str, str]]:
    transport, _, nexthop = parameters.get("default_transport", "").partition(":")
    for host in re.split(r"[\s,]+", nexthop or parameters.get("relayhost", "")):
        if host and transport not in ("error", "retry"):
            yield transport, host


def _sender_routes(directory: str) -> Iterator[tuple[str, str]]:
    """Where mail goes by its sender, but for what goes on to this very host."""
    for name in _SENDER_TABLES:
        with contextlib.suppress(FileNotFoundError), open(f"{directory}/{name}") as table:
            for line in table:
                destination = "" if line.startswith("#") else line.rstrip().rpartition(" ")[2]
                transport, _, nexthops = destination.partition(":")
                for nexthop in nexthops.split(","):
                    if nexthop and not nexthop.startswith("[127.0.0.1]"):
                        yield transport, nexthop


def _tables(directory: str) -> Iterator[str]:
    """The texts of the tables beside main.cf, without comments."""
    for name in sorted(set(os.listdir(directory)) - set(_NOT_TABLES)):
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as table:
                yield "".join(line for line in table if not line.startswith("#"))


def _names(text: str) -> Names:
    pairs = (line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _services(text: str) -> Iterator[Service]:
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 8:
            yield Service(words[0], words[1], words[6], words[7])
