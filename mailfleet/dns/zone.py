"""Which hosted zone a domain's records belong to."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailfleet.refusal import Refusal
from mailfleet.shown import Shown


@dataclass(frozen=True)
class HostedZone(Shown):
    """A public hosted zone; `id` without the /hostedzone/ that some answers carry."""

    id: str
    name: str


def find_zone(zones: Iterable[HostedZone], name: str, id: str | None = None) -> HostedZone:
    """The one public zone of that name, or that with the id. Refusal when there is none, or
    several to choose from."""
    if id:
        return _with_id(zones, name, id)
    found = [zone for zone in zones if zone.name == name]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal(
            f"Domain {name!r}: found no public hosted zone {name} in this account, expected one: "
            "create it, or name the zone that holds the domain with Domain(..., zone=...); a zone "
            "of another account is out of reach"
        )
    ids = ", ".join(zone.id for zone in found)
    raise Refusal(
        f"Domain {name!r}: found {len(found)} public hosted zones {name} ({ids}), expected one: "
        "say which with Domain(..., zone_id=...), or delete those that the domain's registrar does "
        "not delegate to"
    )


def _with_id(zones: Iterable[HostedZone], name: str, id: str) -> HostedZone:
    found = {zone.id: zone for zone in zones}.get(id)
    if found is None:
        raise Refusal(
            f"Domain {name!r}: found no public hosted zone {id} in this account, expected "
            f"{name} to be it: look the id up with aws route53 list-hosted-zones-by-name"
        )
    if found.name != name:
        raise Refusal(f"Domain {name!r}: found {id} to be the zone {found.name}, expected {name}")
    return found
