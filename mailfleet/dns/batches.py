"""Changes as Route 53 takes them: cut into batches, each with its undo."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from mailfleet.dns.changes import RecordChange
from mailfleet.dns.records import RecordSet, to_route53

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
