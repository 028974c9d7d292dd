"""The record that says what is ours."""

from mailfleet.dns.ownership import Ownership, ownership_of
from mailfleet.dns.records import RecordSet

OURS = Ownership(
    sets={"TXT _dmarc.example.com": "0123abcd", "TXT old.example.com": ""},
    spf=frozenset({"include:sendgrid.net", "exists:%{i}.example.net"}),
)


def test_what_is_ours_reads_back() -> None:
    record = OURS.record("example.com")
    assert record.id == "TXT _mailfleet.example.com"
    assert ownership_of("example.com", {record.id: record}) == OURS


def test_without_our_version_nothing_is_ours() -> None:
    record = RecordSet("_mailfleet.example.com", "TXT", ('"owns=A example.com"',))
    assert ownership_of("example.com", {record.id: record}) == Ownership()
    assert ownership_of("example.com", {}) == Ownership()
