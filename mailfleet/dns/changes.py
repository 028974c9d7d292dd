"""From the records that are there to the records that should be, by compare and swap.

A change deletes exactly what was read and creates what should be, in one batch: Route 53
refuses the batch when somebody changed the record set in between, and nothing is lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailfleet.dns.ownership import owned_ids, ownership_name, ownership_record
from mailfleet.dns.records import RecordSet, to_route53
from mailfleet.refusal import Refusal

# ChangeResourceRecordSets: "Quotas on ChangeResourceRecordSets API requests"
MAX_RECORDS = 1_000
MAX_CHARACTERS = 32_000


@dataclass(frozen=True)
class RecordChange:
    """One record set from what was read (None: there was none) to what should be."""

    before: RecordSet | None
    after: RecordSet

    @property
    def values(self) -> tuple[str, ...]:
        return (*(self.before.values if self.before else ()), *self.after.values)


def plan_records(
    domain: str, desired: Iterable[RecordSet], zone: Mapping[str, RecordSet]
) -> tuple[RecordChange, ...]:
    """The changes that make a domain's records so, its ownership record last.

    `zone` holds the zone's record sets by id. A record set that differs and is not ours is
    never overwritten: Refusal. One that is there just as it should be stays whose it is.
    """
    ownership = zone.get(f"TXT {ownership_name(domain)}")
    owned = owned_ids(ownership)
    changes = [
        RecordChange(zone.get(record.id), record)
        for record in desired
        if zone.get(record.id) != record
    ]
    for change in changes:
        if change.before and change.before.id not in owned:
            raise Refusal(
                f"Domain {domain!r}: found {change.before.id} with the value "
                f"{' '.join(change.before.values)}, which is not ours, expected "
                f"{' '.join(change.after.values)}: delete it if nothing needs it"
            )
        _refuse_beside_cname(domain, change.after, zone)
    if changes:
        claimed = ownership_record(domain, owned | {change.after.id for change in changes})
        if claimed != ownership:
            changes.append(RecordChange(ownership, claimed))
    return tuple(changes)


def _refuse_beside_cname(domain: str, record: RecordSet, zone: Mapping[str, RecordSet]) -> None:
    """RFC 1034 section 3.6.2: where there is a CNAME, there is nothing else."""
    for other in zone.values():
        types = {other.type, record.type}
        if other.name == record.name and len(types) == 2 and "CNAME" in types:
            raise Refusal(
                f"Domain {domain!r}: found {other.id}, beside which {record.id} can't be: "
                "delete it if nothing needs it"
            )


def unlisted(
    domain: str, desired: Iterable[RecordSet], zone: Mapping[str, RecordSet]
) -> tuple[str, ...]:
    """Ids of record sets that are ours, still there, and no longer in the policy."""
    owned = owned_ids(zone.get(f"TXT {ownership_name(domain)}"))
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
        entries.append({"Action": "CREATE", "ResourceRecordSet": to_route53(change.after)})
    return {"Comment": "mailfleet", "Changes": entries}
