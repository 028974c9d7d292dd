"""From the records that are there to the records that should be, by compare and swap.

A change deletes exactly what was read and creates what should be, in one batch: the
batch is refused when someone has changed the record set in between, and nothing is lost.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailfleet.dns.obstacles import refuse_obstacles
from mailfleet.dns.ownership import Ownership, digest, is_ownership, ownership_of
from mailfleet.dns.records import RecordSet
from mailfleet.dns.spf import Merge, merge
from mailfleet.plan.change import Action
from mailfleet.plan.errors import PlanError


@dataclass(frozen=True)
class RecordChange:
    """One record set from what was read to what should be; None: there is none."""

    before: RecordSet | None
    after: RecordSet | None

    @property
    def id(self) -> str:
        record = self.after or self.before
        return record.id if record else ""

    @property
    def action(self) -> Action:
        if self.after is None:
            return "delete"
        return "update" if self.before else "create"

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(v for record in (self.before, self.after) if record for v in record.values)


def plan_records(
    domain: str,
    desired: Iterable[RecordSet],
    zone: Mapping[str, RecordSet],
    spf: Sequence[str] = (),
    *,
    adopt: bool = False,
    remove: Collection[str] = (),
) -> tuple[RecordChange, ...]:
    """The changes that make a domain's records so, its ownership record last.

    `zone` holds the zone's record sets by id. A record set that differs and is not ours is never
    overwritten: PlanError. One that is there just as it should be stays whose it is. With `adopt`,
    all that is desired becomes ours instead. `remove` are ids of sets of ours that go; what
    somebody has edited meanwhile stays, and is theirs from then on. The domain's own TXT set is
    everybody's: these SPF terms are merged into it.
    """
    by_id = {record.id: record for record in desired}
    owned = ownership_of(domain, zone)
    gone = {id: zone[id] for id in sorted(remove) if not owned.edited(zone[id])}
    changes = [RecordChange(zone.get(id), r) for id, r in by_id.items() if zone.get(id) != r]
    ours = by_id.keys() & (by_id if adopt else owned.ids | {change.id for change in changes})
    merged = plan_spf(domain, zone, spf)
    claimed = Ownership(
        {
            **{id: owned.sets[id] for id in owned.ids & zone.keys() if id not in remove},
            **{id: digest(by_id[id]) for id in ours},
        },
        merged.ours,
    )
    claims = _ownership_changes(domain, claimed, zone)
    if not adopt:
        _refuse_foreign(domain, [*changes, *claims], owned.ids)
    if merged.before != merged.after:
        changes.append(RecordChange(merged.before, merged.after))
    changes = [*(RecordChange(record, None) for record in gone.values()), *changes, *claims]
    left = {id: record for id, record in zone.items() if id not in gone} if gone else zone
    for change in changes:
        refuse_obstacles(domain, change.before, change.after, left)
    return tuple(changes)


def plan_spf(domain: str, zone: Mapping[str, RecordSet], spf: Sequence[str]) -> Merge:
    """The domain's TXT set with these terms in its SPF record, and which terms are then ours."""
    return merge(domain, zone.get(f"TXT {domain}"), spf, ownership_of(domain, zone).spf)


def _ownership_changes(
    domain: str, claimed: Ownership, zone: Mapping[str, RecordSet]
) -> list[RecordChange]:
    """From the ownership record that is there to that of what we claim: none for nothing."""
    record = claimed.record(domain)
    before, after = zone.get(record.id), record if claimed != Ownership() else None
    theirs = before is not None and not is_ownership(before)
    if before == after or (theirs and after is None):
        return []
    return [RecordChange(before, after)]


def _refuse_foreign(domain: str, changes: Iterable[RecordChange], owned: Collection[str]) -> None:
    for change in changes:
        before, after = change.before, change.after
        if before and after and change.id not in owned and not is_ownership(before):
            raise PlanError(
                f"Domain {domain!r}: found {change.id} with the value "
                f"{' '.join(before.values)}, which mailfleet does not own, expected "
                f"{' '.join(after.values)}: delete it if nothing needs it, or replace it "
                "with Domain(..., adopt=True)"
            )


def unlisted(
    domain: str, desired: Iterable[RecordSet], zone: Mapping[str, RecordSet]
) -> tuple[str, ...]:
    """Ids of record sets that are ours, still there, and no longer in the policy."""
    owned = ownership_of(domain, zone).ids
    return tuple(sorted((owned & zone.keys()) - {record.id for record in desired}))


def edited(domain: str, ids: Iterable[str], zone: Mapping[str, RecordSet]) -> tuple[str, ...]:
    """Which of these record sets of ours somebody has changed since we wrote them."""
    owned = ownership_of(domain, zone)
    return tuple(id for id in ids if owned.edited(zone[id]))
