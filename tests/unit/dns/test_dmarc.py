"""DMARC: the record's text, and whose record it is."""

import pytest

from mailfleet.dns.dmarc import dmarc_note, dmarc_records, dmarc_text, reports_elsewhere
from mailfleet.dns.ownership import Ownership
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Dmarc

NAME = "_dmarc.example.com"
THEIRS = RecordSet(NAME, "TXT", ('"v=DMARC1; p=reject"',))
DEFAULT = RecordSet(NAME, "TXT", ('"v=DMARC1; p=none"',))
OURS = Ownership({THEIRS.id: ""}).record("example.com")


def zone(*records: RecordSet) -> dict[str, RecordSet]:
    return {record.id: record for record in records}


def test_tags_are_in_the_order_of_rfc_7489() -> None:
    dmarc = Dmarc(
        "quarantine",
        rua="d!m+x@example.com",
        subdomains="reject",
        percent=50,
        dkim="strict",
        spf="strict",
    )
    assert dmarc_text(dmarc) == (
        "v=DMARC1; p=quarantine; sp=reject; rua=mailto:d%21m+x@example.com; adkim=s; aspf=s; pct=50"
    )


def test_the_default_is_published_where_there_is_nothing() -> None:
    assert dmarc_records("example.com", Dmarc(), {}) == (DEFAULT,)
    assert dmarc_records("example.com", None, {}) == ()


def test_what_is_ours_follows_the_policy() -> None:
    assert dmarc_records("example.com", Dmarc(), zone(THEIRS, OURS)) == (DEFAULT,)


@pytest.mark.parametrize(
    "theirs", [THEIRS, RecordSet(NAME, "CNAME", ("example.com.hosted-dmarc.example.",))]
)
def test_somebody_elses_is_enough_for_the_default_and_in_the_way_of_more(theirs: RecordSet) -> None:
    assert dmarc_records("example.com", Dmarc(), zone(theirs)) == ()
    assert "is not mailfleet's and stays" in str(dmarc_note("example.com", Dmarc(), zone(theirs)))
    with pytest.raises(PlanError, match="which mailfleet does not own"):
        dmarc_records("example.com", Dmarc("quarantine"), zone(theirs))


def test_a_default_does_not_weaken_what_the_domain_above_says() -> None:
    assert dmarc_records("mail.example.com", Dmarc(), zone(THEIRS)) == ()
    (own,) = dmarc_records("mail.example.com", Dmarc("quarantine"), zone(THEIRS))
    assert own.name == "_dmarc.mail.example.com"


def test_reports_to_another_domain_need_its_permission() -> None:
    assert reports_elsewhere("example.com", Dmarc(rua="d@example.com")) is None
    assert reports_elsewhere("mail.example.com", Dmarc(rua="d@example.com")) is None
    assert reports_elsewhere("example.com", Dmarc(rua="d@mail.example.com")) is None
    assert reports_elsewhere("example.com", Dmarc()) is None
    dmarc = Dmarc(rua="d@notexample.com")
    assert reports_elsewhere("example.com", dmarc) == "example.com._report._dmarc.notexample.com"
    assert "_report._dmarc" in str(dmarc_note("example.com", dmarc, {}))
    there = dmarc_records("example.com", dmarc, {})
    assert dmarc_note("example.com", dmarc, zone(*there)) is None
