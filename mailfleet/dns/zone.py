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


def find_zone(zones: Iterable[HostedZone], name: str) -> HostedZone:
    """The one zone of that name. Refusal when there is none, or several to choose from."""
    found = [zone for zone in zones if zone.name == name]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal(
            f"Domain {name!r}: found no public hosted zone {name} in this account, expected one: "
            f"create it, or name the zone that holds the domain with Domain(..., zone=...)"
        )
    ids = ", ".join(zone.id for zone in found)
    raise Refusal(
        f"Domain {name!r}: found {len(found)} public hosted zones {name} ({ids}), expected one: "
        "delete those that the domain's registrar does not delegate to"
    )
