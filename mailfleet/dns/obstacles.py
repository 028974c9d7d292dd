"""What is in the way of a record set, so that no server would take it or no resolver see it."""

from collections.abc import Mapping

from mailfleet.dns.records import RECORD_TYPES, RecordSet
from mailfleet.plan.change import KNOWN_AFTER_APPLY
from mailfleet.plan.errors import PlanError


def refuse_obstacles(
    domain: str, before: RecordSet | None, after: RecordSet | None, zone: Mapping[str, RecordSet]
) -> None:
    """PlanError when the change from `before` to `after` can't be made among these record sets."""
    if before and before.special:
        raise PlanError(
            f"Domain {domain!r}: found {before.id}, {before.special}, expected "
            f"{after.text if after else 'plain records'}: such sets are not changed; make a simple "
            "record set of it, or delete it"
        )
    if after:
        _refuse_beside_cname(domain, after, zone)
        _refuse_delegated(domain, after, zone)


def _refuse_beside_cname(domain: str, record: RecordSet, zone: Mapping[str, RecordSet]) -> None:
    """RFC 1034 section 3.6.2: where there is a CNAME, there is nothing else."""
    beside = sorted(RECORD_TYPES - {"CNAME"}) if record.type == "CNAME" else ("CNAME",)
    for type_ in beside:
        if other := zone.get(f"{type_} {record.name}"):
            what = f"{other.id}, {other.special}," if other.special else f"{other.id},"
            raise PlanError(
                f"Domain {domain!r}: found {what} which {record.id} can't coexist with: "
                "delete it if nothing needs it"
            )


def _refuse_delegated(domain: str, record: RecordSet, zone: Mapping[str, RecordSet]) -> None:
    """Below an NS set that is not the zone's own, other servers answer (RFC 1034 section 4.2.1).
    There is no DNAME to look for: it is none of RECORD_TYPES."""
    name, _, _ = record.name.removeprefix(KNOWN_AFTER_APPLY).partition(" ")  # "... 1/3"
    labels = name.split(".")
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        if f"SOA {name}" in zone:
            return
        above = any(f"SOA {'.'.join(labels[n:])}" in zone for n in range(start + 1, len(labels)))
        if f"NS {name}" in zone and above:
            servers = ", ".join(zone[f"NS {name}"].values)
            raise PlanError(
                f"Domain {domain!r}: {record.id} would not be seen, because {name} is delegated to "
                f"{servers}: name the hosted zone of {name} with Domain(..., zone=...)"
            )
