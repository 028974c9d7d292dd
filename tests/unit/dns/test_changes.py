"""Record changes: compare and swap, only what is ours, nothing beside a CNAME."""

import pytest

from mailfleet.dns.changes import batches, change_batch, plan_records, unlisted
from mailfleet.dns.ownership import Ownership
from mailfleet.dns.records import RecordSet, from_route53, to_route53
from mailfleet.dns.zone import HostedZone, find_zone
from mailfleet.refusal import Refusal

CNAME = RecordSet("a._domainkey.example.com", "CNAME", ("a.dkim.amazonses.com.",))
OTHER = RecordSet("a._domainkey.example.com", "CNAME", ("b.example.net.",))
TXT = RecordSet("a._domainkey.example.com", "TXT", ('"v=DKIM1"',))
OURS = Ownership(ids=frozenset({CNAME.id})).record("example.com")


def zone(*records: RecordSet) -> dict[str, RecordSet]:
    return {record.id: record for record in records}


def test_a_missing_record_is_created_and_claimed_in_one_batch() -> None:
    changes = plan_records("example.com", [CNAME], zone())
    assert [(c.before, c.after) for c in changes] == [(None, CNAME), (None, OURS)]
    entries = change_batch(changes)["Changes"]
    assert [entry["Action"] for entry in entries] == ["CREATE", "CREATE"]


def test_nothing_changes_when_all_is_there() -> None:
    assert plan_records("example.com", [CNAME], zone(CNAME, OURS)) == ()


def test_a_record_that_was_there_before_us_stays_whose_it_is() -> None:
    assert plan_records("example.com", [CNAME], zone(CNAME)) == ()


def test_what_is_ours_is_swapped_for_exactly_what_was_read() -> None:
    changes = plan_records("example.com", [CNAME], zone(OTHER, OURS))
    entries = change_batch(changes)["Changes"]
    assert [entry["Action"] for entry in entries] == ["DELETE", "CREATE"]
    assert entries[0]["ResourceRecordSet"] == to_route53(OTHER)


def test_somebody_elses_record_is_not_overwritten() -> None:
    with pytest.raises(Refusal, match="which is not ours"):
        plan_records("example.com", [CNAME], zone(OTHER))


def test_nothing_is_put_beside_a_cname() -> None:
    with pytest.raises(Refusal, match="beside which"):
        plan_records("example.com", [CNAME], zone(TXT))
    text = RecordSet(CNAME.name, "TXT", ('"x"',))
    with pytest.raises(Refusal, match="beside which TXT"):
        plan_records("example.com", [text], zone(CNAME))


def test_ours_but_unlisted_is_known() -> None:
    assert unlisted("example.com", [], zone(CNAME, OURS)) == (CNAME.id,)
    assert unlisted("example.com", [], zone(OURS)) == ()
    assert unlisted("example.com", [CNAME], zone(CNAME, OURS)) == ()


def test_batches_keep_within_route53s_limits() -> None:
    many = [RecordSet(f"{n}.example.com", "TXT", (f'"{"x" * 250}"',)) for n in range(300)]
    changes = plan_records("example.com", many, zone())
    cut = list(batches(changes))
    assert [change for batch in cut for change in batch] == list(changes)
    for batch in cut:
        assert sum(len(value) for change in batch for value in change.values) <= 32_000 or (
            len(batch) == 1
        )
    assert len(cut) > 2


def test_names_compare_without_case_and_final_dot() -> None:
    answer = {"Name": "A.Example.COM.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "x"}]}
    assert from_route53(answer) == RecordSet("a.example.com", "A", ("x",), 60)
    assert from_route53({"Name": "a.", "Type": "A", "AliasTarget": {}}) is None


def test_the_zone_must_be_one() -> None:
    zones = [HostedZone("Z1", "example.com"), HostedZone("Z2", "example.net")]
    assert find_zone(zones, "example.com").id == "Z1"
    with pytest.raises(Refusal, match=r"found no public hosted zone example\.org"):
        find_zone(zones, "example.org")
    with pytest.raises(Refusal, match=r"found 2 public hosted zones example.com \(Z1, Z3\)"):
        find_zone([*zones, HostedZone("Z3", "example.com")], "example.com")
