"""Which hosted zone a domain's records belong to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailfleet.json_fact import JsonFact
from mailfleet.plan.errors import PlanError


@dataclass(frozen=True)
class HostedZone(JsonFact):
    """A public hosted zone; `id` without the /hostedzone/ that some answers carry, `account` the
    inventory's name of the AWS account that it is in."""

    id: str
    name: str
    account: str = ""

    def of(self, account: str) -> "HostedZone":
        return replace(self, account=account)


def find_zone(zones: Iterable[HostedZone], name: str, id: str | None = None) -> HostedZone:
    """The one public zone of that name, or that with the id. PlanError when there is none, or
    several to choose from."""
    if id:
        return _with_id(zones, name, id)
    found = [zone for zone in zones if zone.name == name]
    if len(found) == 1:
        return found[0]
    if not found:
        raise PlanError(
            f"Domain {name!r}: found no public hosted zone {name} in this account, expected one: "
            "create it, name the zone that holds the domain with Domain(..., zone=...), or another "
            "account of the inventory that has it with Domain(..., zone_account=...)"
        )
    ids = ", ".join(zone.id for zone in found)
    raise PlanError(
        f"Domain {name!r}: found {len(found)} public hosted zones {name} ({ids}), expected one: "
        "say which with Domain(..., zone_id=...), or delete those that the domain's registrar does "
        "not delegate to"
    )


def _with_id(zones: Iterable[HostedZone], name: str, id: str) -> HostedZone:
    found = {zone.id: zone for zone in zones}.get(id)
    if found is None:
        raise PlanError(
            f"Domain {name!r}: found no public hosted zone {id} in this account, expected "
            f"{name} to have it: look up the id with aws route53 list-hosted-zones-by-name"
        )
    if found.name != name:
        raise PlanError(f"Domain {name!r}: found {id} to be the zone {found.name}, expected {name}")
    return found
