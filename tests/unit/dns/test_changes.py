"""Record changes: compare and swap, only what is ours, nothing beside a CNAME."""

from dataclasses import replace

import pytest

from mailfleet.aws.route53 import change_batch, to_route53
from mailfleet.dns.changes import RecordChange, edited, plan_records, unlisted
from mailfleet.dns.ownership import Ownership, digest
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError

CNAME = RecordSet("a._domainkey.example.com", "CNAME", ("a.dkim.amazonses.com.",))
OTHER = RecordSet("a._domainkey.example.com", "CNAME", ("b.example.net.",))
TXT = RecordSet("a._domainkey.example.com", "TXT", ('"v=DKIM1"',))
OURS = Ownership({CNAME.id: digest(CNAME)}).record("example.com")


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
    assert changes == (RecordChange(OTHER, CNAME),)
    assert [entry["Action"] for entry in entries] == ["DELETE", "CREATE"]
    assert entries[0]["ResourceRecordSet"] == to_route53(OTHER)


def test_somebody_elses_record_is_not_overwritten() -> None:
    with pytest.raises(PlanError, match="which mailfleet does not own"):
        plan_records("example.com", [CNAME], zone(OTHER))


def test_nothing_is_put_beside_a_cname() -> None:
    with pytest.raises(PlanError, match="coexist with"):
        plan_records("example.com", [CNAME], zone(TXT))
    text = RecordSet(CNAME.name, "TXT", ('"x"',))
    with pytest.raises(PlanError, match="coexist with"):
        plan_records("example.com", [text], zone(CNAME))
    with pytest.raises(PlanError, match=r"an alias of x\., which"):
        plan_records(
            "example.com", [CNAME], zone(replace(TXT, values=(), special="an alias of x."))
        )


def test_an_alias_or_a_routed_set_is_not_changed() -> None:
    routed = replace(OTHER, special="one of several between which a routing policy chooses (a)")
    with pytest.raises(PlanError, match=r"one of several .* make a simple record set"):
        plan_records("example.com", [CNAME], zone(routed, OURS))
    assert plan_records("example.com", [], zone(routed, OURS)) == ()


def test_nothing_is_put_where_other_servers_answer() -> None:
    apex = [RecordSet("example.com", type_, ("x.",)) for type_ in ("SOA", "NS")]
    below = RecordSet("_domainkey.example.com", "NS", ("ns.example.net.",))
    assert plan_records("example.com", [CNAME], zone(*apex))
    with pytest.raises(PlanError, match=r"_domainkey.example.com is delegated to ns.example.net"):
        plan_records("example.com", [CNAME], zone(*apex, below))


def test_adopting_replaces_what_is_there_and_claims_what_is_right() -> None:
    assert plan_records("example.com", [CNAME], zone(OTHER), adopt=True) == (
        RecordChange(OTHER, CNAME),
        RecordChange(None, OURS),
    )
    assert plan_records("example.com", [CNAME], zone(CNAME), adopt=True) == (
        RecordChange(None, OURS),
    )


def test_what_is_ours_goes_with_the_ownership_record_and_nothing_else() -> None:
    changes = plan_records("example.com", [], zone(CNAME, OURS, TXT), remove=[CNAME.id])
    assert changes == (RecordChange(CNAME, None), RecordChange(OURS, None))


def test_what_somebody_has_edited_since_stays_and_is_theirs() -> None:
    there = zone(OTHER, OURS)
    assert edited("example.com", [OTHER.id], there) == (OTHER.id,)
    assert edited("example.com", [CNAME.id], zone(CNAME, OURS)) == ()
    changes = plan_records("example.com", [], there, remove=[OTHER.id])
    assert changes == (RecordChange(OURS, None),)


def test_what_is_gone_is_no_longer_ours() -> None:
    assert plan_records("example.com", [], zone(OURS)) == (RecordChange(OURS, None),)


def test_an_ownership_record_of_before_there_were_digests() -> None:
    old = RecordSet(OURS.name, "TXT", ('"v=mailfleet1"', f'"owns={CNAME.id}"'))
    assert plan_records("example.com", [CNAME], zone(CNAME, old)) == (RecordChange(old, OURS),)
    changes = plan_records("example.com", [], zone(CNAME, old), remove=[CNAME.id])
    assert changes == (RecordChange(CNAME, None), RecordChange(old, None))


def test_a_record_of_somebody_elses_at_our_name_is_not_overwritten() -> None:
    theirs = RecordSet(OURS.name, "TXT", ('"hello"',))
    with pytest.raises(PlanError, match=r"TXT _mailfleet.example.com .* does not own"):
        plan_records("example.com", [CNAME], zone(theirs))


def test_ours_but_unlisted_is_known() -> None:
    assert unlisted("example.com", [], zone(CNAME, OURS)) == (CNAME.id,)
    assert unlisted("example.com", [], zone(OURS)) == ()
    assert unlisted("example.com", [CNAME], zone(CNAME, OURS)) == ()
