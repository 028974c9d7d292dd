"""Batches: within Route 53's limits, what belongs together in one, each with its undo."""

from mailfleet.aws.route53 import batches, change_batch, from_route53, moved, undo_batch
from mailfleet.dns.changes import RecordChange
from mailfleet.dns.records import RecordSet

OLD = RecordSet("b.example.com", "TXT", ('"2"', '"1"'), 60)
NEW = RecordSet("b.example.com", "TXT", ('"3"',))
MADE = RecordSet("a.example.com", "CNAME", ("x.example.",))
CHANGES = (RecordChange(None, MADE), RecordChange(OLD, NEW))


def group(domain: int, size: int) -> list[RecordChange]:
    value = f'"{"x" * 248}"'
    return [
        RecordChange(None, RecordSet(f"{n}.{domain}.example.com", "TXT", (value,)))
        for n in range(size)
    ]


def test_batches_keep_within_route53s_limits_and_groups_together() -> None:
    groups = [group(domain, 30) for domain in range(10)]
    cut = list(batches(groups))
    assert [change for batch in cut for change in batch] == [c for g in groups for c in g]
    assert [len(batch) for batch in cut] == [120, 120, 60]


def test_a_group_that_is_too_large_is_cut_itself() -> None:
    assert [len(batch) for batch in batches([group(1, 300)])] == [128, 128, 44]


def test_an_undo_is_the_reverse_in_reverse_order() -> None:
    entries = [
        (entry["Action"], entry["ResourceRecordSet"]["Name"], entry["ResourceRecordSet"]["TTL"])
        for entry in undo_batch(CHANGES)["Changes"]
    ]
    assert entries == [
        ("DELETE", "b.example.com.", 300),
        ("CREATE", "b.example.com.", 60),
        ("DELETE", "a.example.com.", 300),
    ]
    restored = undo_batch(CHANGES)["Changes"][1]["ResourceRecordSet"]["ResourceRecords"]
    assert restored == [{"Value": '"2"'}, {"Value": '"1"'}]
    assert len(change_batch(CHANGES)["Changes"]) == 3


def test_what_moved_since_the_plan_is_named() -> None:
    assert moved(CHANGES, [OLD]) == []
    assert moved(CHANGES, [NEW, MADE]) == [
        "CNAME a.example.com was planned from nothing, and is now 300 CNAME x.example.",
        'TXT b.example.com was planned from 60 TXT "2", 60 TXT "1", and is now 300 TXT "3"',
    ]


def test_names_compare_without_case_and_final_dot() -> None:
    answer = {"Name": "A.Example.COM.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "x"}]}
    assert from_route53(answer) == RecordSet("a.example.com", "A", ("x",), 60)
    assert from_route53({"Name": "a.", "Type": "A", "AliasTarget": {"DNSName": "b."}}) == RecordSet(
        "a", "A", (), 0, "an alias of b."
    )
    assert RecordSet("a", "A", ("1", "2")) == RecordSet("a", "A", ("2", "1"))
