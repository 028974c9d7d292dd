"""Our terms in a record that others share: theirs stay, in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailfleet.aws.route53 import change_batch
from mailfleet.dns.changes import plan_records
from mailfleet.dns.ownership import Ownership
from mailfleet.dns.records import RecordSet
from mailfleet.dns.spf import merge, spf_texts
from mailfleet.plan.errors import PlanError

OTHER = '"google-site-verification=x"'
SENDGRID = "include:sendgrid.net"


def txt(*values: str) -> RecordSet:
    return RecordSet("example.com", "TXT", tuple(f'"{value}"' for value in values), 77).normal()


def merged(before: str, *desired: str, ours: tuple[str, ...] = ()) -> tuple[str, set[str]]:
    """The record after a merge, and what is ours in it."""
    result = merge("example.com", txt(before), desired, frozenset(ours))
    (value,) = result.after.values if result.after else ('""',)
    return value[1:-1], set(result.ours)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v=spf1 a mx -all", f"v=spf1 a mx {SENDGRID} -all"),
        ("v=spf1 mx redirect=x.example", f"v=spf1 mx {SENDGRID} redirect=x.example"),
        ("v=spf1 mx", f"v=spf1 mx {SENDGRID}"),
        ("v=spf1", f"v=spf1 {SENDGRID}"),
        ("V=SPF1 MX ~ALL", f"v=spf1 MX {SENDGRID} ~ALL"),
        # what stands after all is never tested, so it lets nobody pass
        (f"v=spf1 -all {SENDGRID}", f"v=spf1 {SENDGRID} -all {SENDGRID}"),
        ("v=spf1 nonsense -all", f"v=spf1 nonsense {SENDGRID} -all"),
    ],
)
def test_ours_go_before_the_end(before: str, after: str) -> None:
    assert merged(before, SENDGRID) == (after, {SENDGRID})


@pytest.mark.parametrize("there", [SENDGRID, "+Include:SendGrid.net", "include:sendgrid.net."])
def test_a_term_that_is_there_stays_theirs(there: str) -> None:
    assert merged(f"v=spf1 {there}  -all", SENDGRID) == (f"v=spf1 {there}  -all", set())


def test_what_they_have_behind_the_end_stays_when_ours_goes() -> None:
    before = f"v=spf1 {SENDGRID} -all {SENDGRID}"
    assert merged(before, ours=(SENDGRID,))[0] == f"v=spf1 -all {SENDGRID}"


def test_ours_that_nobody_wants_any_more_are_taken_out_alone() -> None:
    before = f"v=spf1 a {SENDGRID} include:other.example -all"
    assert merged(before, ours=(SENDGRID,)) == ("v=spf1 a include:other.example -all", set())
    assert merged(before) == (before, set())


def test_a_record_that_we_began_is_ours_to_the_end() -> None:
    first = merge("example.com", None, [SENDGRID], frozenset())
    assert first.after == RecordSet("example.com", "TXT", (f'"v=spf1 {SENDGRID} ~all"',))
    assert first.ours == {SENDGRID, "~all"}
    again = merge("example.com", first.after, [SENDGRID], first.ours)
    assert (again.after, again.ours, again.text) == (first.after, first.ours, "")
    assert merge("example.com", first.after, [], first.ours).after is None


def test_somebody_who_joined_our_record_keeps_it() -> None:
    after, ours = merged(f"v=spf1 {SENDGRID} a ~all", ours=(SENDGRID, "~all"))
    assert (after, ours) == ("v=spf1 a ~all", {"~all"})


def test_other_values_and_the_ttl_stay() -> None:
    before = txt("v=spf1 -all", OTHER[1:-1])
    after = merge("example.com", before, [SENDGRID], frozenset()).after
    assert after == txt(f"v=spf1 {SENDGRID} -all", OTHER[1:-1])
    created = merge("example.com", txt(OTHER[1:-1]), [SENDGRID], frozenset())
    assert created.after == txt(f"v=spf1 {SENDGRID} ~all", OTHER[1:-1])
    left = merge("example.com", created.after, [], created.ours)
    assert left.after == txt(OTHER[1:-1])


TERMS = ["a", "MX", "-ptr", "ip4:192.0.2.1", "include:x.example", "?exists:%{i}.x", "nonsense"]
ENDS = ["-all", "~ALL", "redirect=x.example", "exp=y.example", "-all include:x.example", ""]


@given(
    theirs=st.lists(st.sampled_from(TERMS), max_size=6),
    end=st.sampled_from(ENDS),
    desired=st.sets(st.sampled_from([SENDGRID, "ip4:192.0.2.1", "a", "include:x.example"])),
    others=st.sets(st.sampled_from([OTHER[1:-1], "MS=1", "v=spf10 a"])),
)
def test_whatever_was_there_is_there_again_once_we_are_gone(
    theirs: list[str], end: str, desired: set[str], others: set[str]
) -> None:
    before = txt(" ".join(["v=spf1", *theirs, *end.split()]), *others)
    there = merge("example.com", before, sorted(desired), frozenset())
    again = merge("example.com", there.after, sorted(desired), there.ours)
    assert (again.after, again.ours) == (there.after, there.ours)
    gone = merge("example.com", there.after, [], there.ours)
    assert gone.after == before


def test_long_records_are_cut_and_read_back() -> None:
    many = [f"include:{n}.a-long-name.example" for n in range(20)]
    first = merge("example.com", None, many, frozenset())
    assert first.after
    assert '" "' in first.after.values[0]
    assert merge("example.com", first.after, many, first.ours).text == ""


def test_nothing_is_touched_when_nothing_is_wanted() -> None:
    two = txt("v=spf1 a", "v=spf1 b")
    assert merge("example.com", two, [], frozenset()).after == two


def test_two_records_are_refused() -> None:
    with pytest.raises(PlanError, match="found 2 SPF records"):
        merge("example.com", txt("v=spf1 a", "V=spf1 b"), [SENDGRID], frozenset())


def test_a_provider_that_somebody_denies_is_refused() -> None:
    with pytest.raises(PlanError, match="it is denied there"):
        merged("v=spf1 -include:sendgrid.net ~all", SENDGRID)


def test_which_texts_are_records() -> None:
    texts = ["v=spf1", "V=spf1 a", "v=spf10 a", "v=spf1-all", " v=spf1", "x"]
    assert spf_texts(texts) == ["v=spf1", "V=spf1 a"]


def test_a_merge_swaps_the_shared_set_and_claims_its_terms_in_one_batch() -> None:
    before = txt("v=spf1 -all", OTHER[1:-1])
    changes = plan_records("example.com", [], {before.id: before}, [SENDGRID])
    after = txt(f"v=spf1 {SENDGRID} -all", OTHER[1:-1])
    claimed = Ownership(spf=frozenset({SENDGRID})).record("example.com")
    assert [(c.before, c.after) for c in changes] == [(before, after), (None, claimed)]
    zone = {after.id: after, claimed.id: claimed}
    assert plan_records("example.com", [], zone, [SENDGRID]) == ()
    entries = change_batch(changes)["Changes"]
    assert [entry["Action"] for entry in entries] == ["DELETE", "CREATE", "CREATE"]


def test_an_emptied_set_is_deleted() -> None:
    ours = Ownership(spf=frozenset({SENDGRID, "~all"})).record("example.com")
    before = txt(f"v=spf1 {SENDGRID} ~all")
    change, claim = plan_records("example.com", [], {before.id: before, ours.id: ours})
    assert (change.action, change.id, claim.action) == ("delete", "TXT example.com", "delete")
    assert len(change_batch([change])["Changes"]) == 1
