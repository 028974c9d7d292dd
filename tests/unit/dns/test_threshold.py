"""A plan that turns much of a zone over stops."""

import pytest

from mailfleet.dns.changes import RecordChange
from mailfleet.dns.records import RecordSet
from mailfleet.dns.threshold import check_threshold
from mailfleet.plan.errors import PlanError

ZONE = ("example.com", "Z1")


def records(number: int) -> dict[str, RecordSet]:
    made = [RecordSet(f"{n}.example.com", "A", ("192.0.2.1",)) for n in range(number)]
    return {record.id: record for record in made}


def deletions(number: int) -> list[RecordChange]:
    return [RecordChange(record, None) for record in records(number).values()]


def test_few_changes_or_a_small_share_are_fine() -> None:
    check_threshold(*ZONE, records(9), deletions(9))
    check_threshold(*ZONE, records(100), deletions(30))


def test_creations_do_not_count() -> None:
    new = [RecordChange(None, record) for record in records(50).values()]
    check_threshold(*ZONE, records(3), new)


def test_more_is_refused() -> None:
    with pytest.raises(PlanError, match="31 of its 100 record sets would be changed or deleted"):
        check_threshold(*ZONE, records(100), deletions(31))
