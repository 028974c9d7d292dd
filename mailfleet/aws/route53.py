"""Record sets and changes in the form of Route 53's API: changes are cut into batches, each with
its undo."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from mailfleet.dns.changes import RecordChange
from mailfleet.dns.records import RecordSet

# ChangeResourceRecordSets: "Quotas on ChangeResourceRecordSets API requests"
MAX_RECORDS = 1_000
MAX_CHARACTERS = 32_000

Batch = tuple[RecordChange, ...]


def batches(groups: Iterable[Sequence[RecordChange]]) -> Iterator[Batch]:
    """Cut changes into batches that Route 53 takes, in order. A group stays in one batch, so that
    records and the ownership record that names them are written together; only one that is larger
    than any batch is cut itself."""
    batch: list[RecordChange] = []
    for group in groups:
        for part in [group] if _fits(group) else [[change] for change in group]:
            if batch and not _fits([*batch, *part]):
                yield tuple(batch)
                batch = []
            batch += part
    if batch:
        yield tuple(batch)


def _fits(changes: Sequence[RecordChange]) -> bool:
    values = [value for change in changes for value in change.values]
    return len(values) <= MAX_RECORDS and sum(map(len, values)) <= MAX_CHARACTERS


def change_batch(changes: Iterable[RecordChange]) -> dict[str, Any]:
    """The ChangeBatch of ChangeResourceRecordSets."""
    entries = [entry for c in changes for entry in (*_entry("DELETE", c.before),
                                                    *_entry("CREATE", c.after))]  # fmt: skip
    return {"Comment": "mailfleet", "Changes": entries}


def undo_batch(changes: Sequence[RecordChange]) -> dict[str, Any]:
    """The ChangeBatch that takes the other one back; refused when somebody has changed a record
    set since."""
    back = [RecordChange(change.after, change.before) for change in reversed(changes)]
    return change_batch(back) | {"Comment": "mailfleet: undo"}


def _entry(action: Literal["DELETE", "CREATE"], record: RecordSet | None) -> list[dict[str, Any]]:
    return [{"Action": action, "ResourceRecordSet": to_route53(record)}] if record else []


def moved(changes: Iterable[RecordChange], now: Iterable[RecordSet]) -> list[str]:
    """What somebody has done since the changes were planned: a sentence each."""
    zone = {record.id: record for record in now}
    return [
        f"{change.id} was planned from {_shown(change.before)}, and is now "
        f"{_shown(zone.get(change.id))}"
        for change in changes
        if zone.get(change.id) != change.before
    ]


def _shown(record: RecordSet | None) -> str:
    return record.text.replace("\n", ", ") if record else "nothing"


def from_route53(answer: Mapping[str, Any]) -> RecordSet:
    """A ResourceRecordSet of ListResourceRecordSets; an alias has no values."""
    return RecordSet(
        name=answer["Name"],
        type=answer["Type"],
        values=tuple(record["Value"] for record in answer.get("ResourceRecords", ())),
        ttl=answer.get("TTL", 0),
        special=_special(answer),
    ).normal()


def _special(answer: Mapping[str, Any]) -> str:
    if "TrafficPolicyInstanceId" in answer:
        return f"made by the traffic policy instance {answer['TrafficPolicyInstanceId']}"
    if "SetIdentifier" in answer:
        return f"one of several between which a routing policy chooses ({answer['SetIdentifier']})"
    return f"an alias of {answer['AliasTarget']['DNSName']}" if "AliasTarget" in answer else ""


def to_route53(record: RecordSet) -> dict[str, Any]:
    """The record set as ChangeResourceRecordSets wants it."""
    return {
        "Name": f"{record.name}.",
        "Type": record.type,
        "TTL": record.ttl,
        "ResourceRecords": [{"Value": value} for value in record.values],
    }
