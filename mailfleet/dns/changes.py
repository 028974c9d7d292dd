"""From the records that are there to the records that should be, by compare and swap.

A change deletes exactly what was read and creates what should be, in one batch: Route 53
refuses the batch when somebody changed the record set in between, and nothing is lost.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailfleet.dns.ownership import Ownership, ownership_of
from mailfleet.dns.records import RECORD_TYPES, RecordSet, to_route53
from mailfleet.dns.spf import Merge, merge
from mailfleet.plan import Action
from mailfleet.refusal import Refusal

# ChangeResourceRecordSets: "Quotas on ChangeResourceRecordSets API requests"
MAX_RECORDS = 1_000
MAX_CHARACTERS = 32_000


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
) -> tuple[RecordChange, ...]:
    """The changes that make a domain's records so, its ownership record last.

    `zone` holds the zone's record sets by id. A record set that differs and is not ours is
    never overwritten: Refusal. One that is there just as it should be stays whose it is. The
    exception is the domain's own TXT set, which many share: these SPF terms are merged into it.
    """
    owned = ownership_of(domain, zone)
    changes = [
        RecordChange(zone.get(record.id), record)
        for record in desired
        if zone.get(record.id) != record
    ]
    for change in changes:
        _refuse_foreign(domain, change, owned)
    ids = owned.ids | {change.id for change in changes}
    merged = plan_spf(domain, zone, spf)
    if merged.before != merged.after:
        changes.append(RecordChange(merged.before, merged.after))
    for change in changes:
        if change.after:
            _refuse_beside_cname(domain, change.after, zone)
    claimed = Ownership(ids, merged.ours)
    if claimed != owned:
        record = claimed.record(domain)
        changes.append(RecordChange(zone.get(record.id), record))
    return tuple(changes)


def plan_spf(domain: str, zone: Mapping[str, RecordSet], spf: Sequence[str]) -> Merge:
    """The domain's TXT set with these terms in its SPF record, and which terms are then ours."""
    return merge(domain, zone.get(f"TXT {domain}"), spf, ownership_of(domain, zone).spf)


def _refuse_foreign(domain: str, change: RecordChange, owned: Ownership) -> None:
    if change.before and change.after and change.id not in owned.ids:
        raise Refusal(
            f"Domain {domain!r}: found {change.id} with the value "
            f"{' '.join(change.before.values)}, which is not ours, expected "
            f"{' '.join(change.after.values)}: delete it if nothing needs it"
        )


def _refuse_beside_cname(domain: str, record: RecordSet, zone: Mapping[str, RecordSet]) -> None:
    """RFC 1034 section 3.6.2: where there is a CNAME, there is nothing else."""
    beside = sorted(RECORD_TYPES - {"CNAME"}) if record.type == "CNAME" else ("CNAME",)
    for type_ in beside:
        if other := zone.get(f"{type_} {record.name}"):
            raise Refusal(
                f"Domain {domain!r}: found {other.id}, beside which {record.id} can't be: "
                "delete it if nothing needs it"
            )


def unlisted(
    domain: str, desired: Iterable[RecordSet], zone: Mapping[str, RecordSet]
) -> tuple[str, ...]:
    """Ids of record sets that are ours, still there, and no longer in the policy."""
    owned = ownership_of(domain, zone).ids
    return tuple(sorted((owned & zone.keys()) - {record.id for record in desired}))


def batches(changes: Iterable[RecordChange]) -> Iterator[tuple[RecordChange, ...]]:
    """Cut changes into batches that Route 53 takes, in order."""
    batch: list[RecordChange] = []
    records = characters = 0
    for change in changes:
        more_records = len(change.values)
        more_characters = sum(len(value) for value in change.values)
        over = records + more_records > MAX_RECORDS or characters + more_characters > MAX_CHARACTERS
        if batch and over:
            yield tuple(batch)
            batch, records, characters = [], 0, 0
        batch.append(change)
        records += more_records
        characters += more_characters
    if batch:
        yield tuple(batch)


def change_batch(changes: Iterable[RecordChange]) -> dict[str, Any]:
    """The ChangeBatch of ChangeResourceRecordSets."""
    entries = []
    for change in changes:
        if change.before:
            entries.append({"Action": "DELETE", "ResourceRecordSet": to_route53(change.before)})
        if change.after:
            entries.append({"Action": "CREATE", "ResourceRecordSet": to_route53(change.after)})
    return {"Comment": "mailfleet", "Changes": entries}
