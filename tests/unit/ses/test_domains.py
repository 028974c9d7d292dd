"""The plan of a domain: its identity setting by setting, then its records."""

from dataclasses import replace

import pytest

from mailfleet.dns.records import RecordSet
from mailfleet.dns.zone import HostedZone
from mailfleet.plan import Change
from mailfleet.refusal import Refusal
from mailfleet.ses.domains import (
    SendingDomain,
    configuration_set_changes,
    domain_changes,
    identity_notes,
)
from mailfleet.ses.identity import Identity
from mailfleet.ses.settings import MailFrom, Settings

MAIL_FROM = MailFrom("ses-us-east-1.example.com")
WANTED = Settings(MAIL_FROM, None, "fleet")


def identity(settings: Settings = WANTED, whole: bool = True) -> Identity:
    return Identity(("a", "b", "c"), "dkim.amazonses.com", settings=settings, whole=whole)


def domain(
    identity: Identity | None, wanted: Settings = WANTED, adopt: bool = False
) -> SendingDomain:
    zone = HostedZone("Z1", "example.com")
    records: dict[str, RecordSet] = {}
    return SendingDomain(
        "example.com", "us-east-1", identity, zone, records, wanted=wanted, adopt=adopt
    )


def plan(domain: SendingDomain) -> list[Change]:
    changes = domain_changes("@aws", [domain])
    return [change for change in changes if change.kind == "identity"]


def test_a_new_identity_is_shown_with_all_its_settings() -> None:
    (change,) = plan(domain(None))
    assert (change.id, change.action, change.before) == ("us-east-1/example.com", "create", None)
    assert change.after == (
        "Easy DKIM: RSA_2048_BIT\nMAIL FROM: ses-us-east-1.example.com\n"
        "on MX failure: USE_DEFAULT_VALUE\ntag mailfleet: fleet"
    )


def test_once_created_only_the_mail_from_domain_is_left_to_set() -> None:
    before, after = domain(None).created(identity(Settings())).settings
    assert before == Settings(None, None, "fleet")
    assert after == WANTED


def test_an_identity_as_the_policy_says_changes_nothing() -> None:
    assert plan(domain(identity())) == []
    assert plan(domain(identity(whole=False))) == []


def test_another_mail_from_domain_is_changed() -> None:
    found = Settings(MailFrom("old.example.com"), "set", "fleet")
    (change,) = plan(domain(identity(found)))
    assert change.action == "update"
    assert change.before == found.text
    assert change.after == Settings(MAIL_FROM, "set", "fleet").text


def test_a_domain_that_is_to_reject_mail_is_not_verified_before_its_mx_was_found() -> None:
    verified = replace(identity(), status="SUCCESS", dkim_status="SUCCESS")
    assert domain(verified).verified
    assert domain(verified, replace(WANTED, mail_from=MailFrom("m.example.com"))).verified
    strict = MailFrom("ses-us-east-1.example.com", "REJECT_MESSAGE")
    assert not domain(verified, replace(WANTED, mail_from=strict)).verified
    assert not domain(None).verified


def test_an_identity_that_is_not_ours_is_refused_with_the_remedy() -> None:
    for fleet in (None, "another"):
        with pytest.raises(Refusal, match=r"us-east-1/example.com .*not ours.*adopt=True"):
            plan(domain(identity(Settings(None, None, fleet))))


def test_adopting_tags_it() -> None:
    (change,) = plan(domain(identity(Settings()), adopt=True))
    assert change.after == WANTED.text
    assert plan(domain(identity(), adopt=True)) == []


def test_one_that_is_not_ours_but_as_it_should_be_is_named_and_left_alone() -> None:
    foreign = domain(identity(Settings(MAIL_FROM)))
    assert plan(foreign) == []
    assert "us-east-1/example.com is not ours" in "".join(identity_notes([foreign]))


def test_a_fast_plan_says_what_it_did_not_look_at() -> None:
    (note,) = identity_notes([domain(identity(whole=False)), domain(None), domain(identity())])
    assert "of 1 SES identity; --data read=deep" in note
    assert list(identity_notes([domain(identity())])) == []


def test_the_mail_from_records_stand_beside_the_dkim_records() -> None:
    ids = [record.id for record in domain(identity()).desired]
    assert ids[3:] == ["MX ses-us-east-1.example.com", "TXT ses-us-east-1.example.com"]
    without = domain(identity(), Settings(None, None, "fleet"))
    assert len(without.desired) == 3


def test_a_missing_configuration_set_is_planned() -> None:
    (change,) = configuration_set_changes("@aws", ["us-east-1/bulk"])
    assert (change.kind, change.id, change.after) == ("configuration set", "us-east-1/bulk", "bulk")
