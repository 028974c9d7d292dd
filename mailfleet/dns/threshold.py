"""A plan that turns much of a zone over is more likely a mistake than a wish."""

from collections.abc import Iterable, Mapping

from mailfleet.dns.changes import RecordChange
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError

SHARE = 0.3  # of the record sets that are there
SMALL = 10  # changes of fewer are fine in any zone


def check_threshold(
    zone: str, id: str, records: Mapping[str, RecordSet], changes: Iterable[RecordChange]
) -> None:
    """PlanError when too many of the zone's record sets would be changed or deleted."""
    touched = [change.id for change in changes if change.before]
    if len(touched) < SMALL or len(touched) <= SHARE * len(records):
        return
    raise PlanError(
        f"Zone {zone!r} ({id}): {len(touched)} of its {len(records)} record sets would "
        f"be changed or deleted, expected {SHARE:.0%} at most: look at the plan with "
        "--dry --diff --data many_changes=yes, and leave out --dry if it is what you want"
    )
