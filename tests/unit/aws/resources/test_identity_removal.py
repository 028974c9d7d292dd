"""What is left of domains that no mail is sent from any more."""

from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import Settings
from mailfleet.aws.resources.identity_removal import (
    IdentityRemoval,
    unlisted_notes,
)
from mailfleet.dns.ownership import Ownership
from mailfleet.dns.records import RecordSet
from mailfleet.plan.engine import Plan


def leaving(fleet: str | None) -> IdentityRemoval:
    found = Identity(("a",), "dkim.amazonses.com", settings=Settings(fleet=fleet))
    return IdentityRemoval("old.example", "us-east-1", found, "fleet")


def test_only_an_identity_of_ours_goes() -> None:
    (change,) = Plan("@aws", [leaving("fleet")]).changes
    assert (change.id, change.action) == ("us-east-1/old.example", "delete")
    for other in (leaving(None), leaving("another")):
        assert Plan("@aws", [other]).changes == []
        assert "is not mailfleet's, and stays" in "".join(other.notes())


def test_domains_of_ours_that_are_not_listed_are_named() -> None:
    records = [Ownership({"A x": ""}).record(name) for name in ("a.example", "b.example")]
    records.append(RecordSet("_mailfleet.c.example", "TXT", ('"of somebody else"',)))
    zone = {record.id: record for record in records}
    (note,) = unlisted_notes(["a.example"], [zone], {"us-east-1": ["b.example"], "eu-west-1": []})
    assert "b.example has records of mailfleet's and an SES identity in us-east-1, but" in note
    assert "Domain('b.example', absent=True)" in note
