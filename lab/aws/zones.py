"""The hosted zones of the emulated accounts, and what DNS reads from them."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from lab.aws import caller, names
from lab.aws.errors import ApiError
from lab.aws.records import Records, RecordSet
from lab.aws.route53_changes import Change, applied, refuse_protected
from lab.faults import Faults

_numbers = count(1)


def new_id(prefix: str) -> str:
    """An id of AWS's look, such as Z08F2XK1L5QWERTY7ABC."""
    letters = string.ascii_uppercase + string.digits
    return prefix + "".join(secrets.choice(letters) for _ in range(20))


@dataclass
class Zone:
    id: str
    name: str
    """canonical: lower case with a trailing dot"""
    caller_reference: str
    comment: str = ""
    private: bool = False
    account: str = field(default_factory=caller.account.get)
    """whose it is"""
    name_servers: tuple[str, ...] = ()
    records: Records = field(default_factory=dict)
    """as the API answers them"""
    protected: dict[tuple[str, str], str] = field(default_factory=dict)
    """comments of protections by canonical name and type"""
    _versions: list[tuple[float, Records]] = field(default_factory=list)
    """since when the API answers what, the one that the name servers have first"""
    lag: Callable[[], float] = lambda: 0.0
    """how many seconds the name servers are behind"""

    def __post_init__(self) -> None:
        """A new zone holds its NS and SOA sets, and four name servers of its own."""
        number = next(_numbers)
        self.name_servers = tuple(
            f"ns-{number + 512 * place}.awsdns-{number % 64:02}.{ending}"
            for place, ending in enumerate(("com", "net", "org", "co.uk"))
        )
        first = f"{self.name_servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        servers = tuple(f"{server}." for server in self.name_servers)
        for record in (
            RecordSet(self.name, "NS", 172800, servers),
            RecordSet(self.name, "SOA", 900, (first,)),
        ):
            self.records.setdefault(record.name, {})[record.kind] = record
        self._versions.append((0, self.records))

    def change(self, changes: Sequence[Change]) -> None:
        refuse_protected(self.protected, changes)
        self.records = applied(self.name, self.records, changes)
        self._versions.append((time.time(), self.records))

    @property
    def served(self) -> Records:
        """What the name servers answer with."""
        then = time.time() - self.lag()
        latest = max((n for n, (at, _) in enumerate(self._versions) if at <= then), default=0)
        del self._versions[:latest]
        return self._versions[0][1]

    def listed(self) -> list[RecordSet]:
        """In Route 53's order: by reversed labels, then by type."""
        return [
            self.records[name][kind]
            for name in sorted(self.records, key=names.order)
            for kind in sorted(self.records[name])
        ]

    def at(self, name: str) -> list[RecordSet]:
        """The record sets of one canonical name, as the name servers have them."""
        return list(self.served.get(name, {}).values())


class Zones:
    """All hosted zones. Callers hold the account's lock."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._zones: dict[str, Zone] = {}
        self._public: dict[str, Zone] = {}
        """by canonical name; of two zones with one name the first is the delegated one"""

    def create(self, zone: Zone) -> Zone:
        """https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html

        Two zones of one name are allowed; a caller reference counts once.
        """
        if (reason := names.problem(zone.name)) is not None or zone.name == ".":
            raise ApiError("InvalidDomainName", reason or "The domain name is empty")
        if any(other.caller_reference == zone.caller_reference for other in self._zones.values()):
            raise ApiError(
                "HostedZoneAlreadyExists",
                "A hosted zone has already been created with the specified caller reference.",
                409,
            )
        zone.lag = lambda: self._faults.dns_lag
        self._zones[zone.id] = zone
        if not zone.private:
            self._public.setdefault(zone.name, zone)
        return zone

    def get(self, zone_id: str) -> Zone:
        zone = self._zones.get(zone_id.removeprefix("/hostedzone/"))
        if zone is None:
            raise ApiError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)
        if zone.account != caller.account.get():
            raise ApiError("AccessDenied", "User is not authorized to access this resource", 403)
        return zone

    def delete(self, zone_id: str) -> None:
        """A zone goes only when nothing but its own NS and SOA is left in it."""
        zone = self.get(zone_id)
        if len(zone.listed()) > 2 or zone.protected:
            raise ApiError(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets "
                "and so cannot be deleted.",
            )
        del self._zones[zone.id]
        if self._public.get(zone.name) is zone:
            del self._public[zone.name]

    def own(self) -> list[Zone]:
        """Those of the account that asks, in the same order."""
        return [zone for zone in self.listed() if zone.account == caller.account.get()]

    def listed(self) -> list[Zone]:
        """By name with reversed labels, then by id."""
        return sorted(self._zones.values(), key=lambda zone: (names.order(zone.name), zone.id))

    def serving(self, name: str) -> Zone | None:
        """The public zone that answers for a canonical name: the longest match."""
        labels = name.split(".")
        for start in range(len(labels) - 1):
            zone = self._public.get(".".join(labels[start:]))
            if zone is not None:
                return zone
        return None

    def values(self, name: str, type_: str) -> tuple[str, ...]:
        """What public DNS answers for the name and type, wildcards aside."""
        name = names.canonical(name)
        zone = self.serving(name)
        return tuple(
            value
            for record in (zone.at(name) if zone else ())
            if record.type == type_
            for value in record.values
        )
