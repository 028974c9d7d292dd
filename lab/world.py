"""From a mail policy to the world that it needs: zones, SES end points, providers, hosts.

Pure, but for `read_policy`, which runs the policy's file.
"""

import ipaddress
import runpy
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.errors import LabError
from mailfleet.policy import Mail, PolicyError, Ses, Smtp

AWS_PORT = 4566
DNS_PORT = 53
_FIRST_HOST = 11  # .1 is the gateway, below .11 are the providers


@dataclass(frozen=True)
class SesEndpoint:
    name: str
    region: str
    host: str
    address: str
    port: int


@dataclass(frozen=True)
class SmtpProvider:
    """`secret` says where its password comes from ("aws:sendgrid-api-key"), `spf` which SPF terms
    lead to its servers, `dkim` which names its keys are at."""

    name: str
    host: str
    address: str
    port: int
    username: str
    secret: str
    spf: str = ""
    dkim: str = ""
    wrapper: bool = False


@dataclass(frozen=True)
class World:
    """services.json: what the service process serves, and at which addresses and ports."""

    address: str
    aws_port: int
    dns_port: int
    ses: tuple[SesEndpoint, ...]
    providers: tuple[SmtpProvider, ...]
    zones: tuple[str, ...]
    hosts: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def addresses(self) -> list[str]:
        """Every address that the services listen on, the gateway's first."""
        ends = [end.address for end in self.ses] + [end.address for end in self.providers]
        return list(dict.fromkeys([self.address, *ends]))


def read_policy(path: Path) -> Mail:
    """`mail` of a policy file such as group_data/all.py; LabError in one sentence."""
    if not path.is_file():
        raise LabError(f"no policy at {path}: give one with --policy FILE")
    try:
        mail = runpy.run_path(str(path)).get("mail")
    except PolicyError as error:
        raise LabError(f"{path}: {error}") from error
    if not isinstance(mail, Mail):
        raise LabError(f"{path}: expected `mail = Mail(...)`, found {type(mail).__name__}")
    return mail


def on_network(mail: Mail, subnet: ipaddress.IPv4Network, names: list[str]) -> World:
    """The world on a subnet of its own: real ports, an address for every provider's host name."""
    hosts = {name: str(subnet[_FIRST_HOST + n]) for n, name in enumerate(names)}
    used: dict[str, str] = {}

    def address(host: str) -> str:
        if host not in used:
            used[host] = str(subnet[len(used) + 2])
        return used[host]

    world = World(
        address=str(subnet[1]),
        aws_port=AWS_PORT,
        dns_port=DNS_PORT,
        ses=tuple(
            SesEndpoint(p.name, p.region, p.host, address(p.host), p.port) for p in _ses(mail)
        ),
        providers=tuple(_provider(p, address(p.host), p.port) for p in _smtp(mail)),
        zones=_zones(mail),
        hosts=hosts,
    )
    if len(used) + 2 > _FIRST_HOST:
        raise LabError(f"the lab has room for {_FIRST_HOST - 2} providers, found {len(used)}")
    return world


def on_loopback(mail: Mail, ports: list[int]) -> World:
    """The world without hosts, on 127.0.0.1: `ports` are free ones, `ports_needed` many."""
    port = iter(ports)
    here = "127.0.0.1"
    return World(
        address=here,
        aws_port=next(port),
        dns_port=next(port),
        ses=tuple(SesEndpoint(p.name, p.region, p.host, here, next(port)) for p in _ses(mail)),
        providers=tuple(_provider(p, here, next(port)) for p in _smtp(mail)),
        zones=_zones(mail),
        hosts={},
    )


def ports_needed(mail: Mail) -> int:
    """How many ports a world on 127.0.0.1 takes."""
    return 2 + len(list(_ses(mail))) + len(list(_smtp(mail)))


def same_policy(old: Mapping[str, Any], new: World) -> bool:
    """Whether a running lab's services.json serves what `new` would, wherever each of them is."""
    try:
        return _essence(old) == _essence(new.to_json())
    except (KeyError, TypeError):  # `old` is damaged
        return False


def _essence(world: Mapping[str, Any]) -> dict[str, Any]:
    def names(ends: Any) -> list[dict[str, Any]]:
        place = ("address", "port")
        return [{key: end[key] for key in end if key not in place} for end in ends]

    # On a network of its own a provider's port is the policy's, not the lab's choice.
    ports = [end["port"] for end in world["providers"]] if world["hosts"] else []
    ends = {key: names(world[key]) for key in ("ses", "providers")}
    return {**ends, "zones": list(world["zones"]), "hosts": sorted(world["hosts"]), "ports": ports}


def _zones(mail: Mail) -> tuple[str, ...]:
    return tuple(dict.fromkeys(domain.zone for domain in (*mail.domains, *mail.absent)))


def _ses(mail: Mail) -> Iterator[Ses]:
    """The SES providers, one for each region."""
    by_region = {p.region: p for p in mail.providers if isinstance(p, Ses)}
    return iter(by_region.values())


def _smtp(mail: Mail) -> Iterator[Smtp]:
    return (p for p in mail.providers if isinstance(p, Smtp))


def _provider(p: Smtp, address: str, port: int) -> SmtpProvider:
    secret = f"{p.password.scheme}:{p.password.name}"
    keys = " ".join(p.dkim.values())
    return SmtpProvider(p.name, p.host, address, port, p.username, secret, p.spf, keys, p.wrapper)
