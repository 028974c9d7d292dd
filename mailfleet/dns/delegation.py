"""Whether the world asks the zone that mailfleet writes to."""

from collections.abc import Mapping

from mailfleet.dns.lookup import Lookup, Unanswered
from mailfleet.dns.records import RecordSet, normal_name
from mailfleet.plan.errors import PlanError


def check_delegation(
    zone: str, id: str, records: Mapping[str, RecordSet], lookup: Lookup
) -> str | None:
    """PlanError when none of the zone's name servers is among those that DNS names for it.

    One in common suffices: a zone may be served by two companies. Returns a note when DNS does not
    answer.
    """
    own = records.get(f"NS {zone}")
    servers = {normal_name(value) for value in own.values} if own else set()
    try:
        live = {normal_name(name) for name in lookup(zone, "NS")}
    except Unanswered as reason:
        return f"zone {zone}: whether it is delegated to its name servers is unknown: {reason}"
    if live & servers:
        return None
    raise PlanError(
        f"Zone {zone!r} ({id}): found it delegated to {_listed(live)}, expected "
        f"{_listed(servers)}: have the parent zone or the registrar name these, or, to write "
        "records before that, say --data check_delegation=no"
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "no name servers"
