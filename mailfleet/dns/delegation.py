"""Whether the world asks the hosted zone that we write to."""

from collections.abc import Mapping

from mailfleet.dns.lookup import Lookup, Unanswered
from mailfleet.dns.records import RecordSet, normal_name
from mailfleet.dns.zone import HostedZone
from mailfleet.plan.errors import PlanError


def check_delegation(
    zone: HostedZone, records: Mapping[str, RecordSet], lookup: Lookup
) -> str | None:
    """PlanError when none of the zone's name servers is among those that DNS names for it.

    One in common is enough: a zone may be served by two companies. What somebody should know
    when DNS does not answer.
    """
    own = records.get(f"NS {zone.name}")
    servers = {normal_name(value) for value in own.values} if own else set()
    try:
        live = {normal_name(name) for name in lookup(zone.name, "NS")}
    except Unanswered as reason:
        return f"zone {zone.name}: whether it is delegated to Route 53 is unknown: {reason}"
    if live & servers:
        return None
    raise PlanError(
        f"Zone {zone.name!r} ({zone.id}): found it delegated to {_listed(live)}, expected "
        f"{_listed(servers)}: have the parent zone or the registrar name these, or, to write "
        "records before that, say --data check_delegation=no"
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "no name servers"
