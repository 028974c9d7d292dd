"""An identity as the policy asks for it: what is planned, and what is said of it."""

from dataclasses import replace

import pytest

from mailfleet.aws.dkim import DEFAULT
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_plan import IdentityPlan, identity_notes
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.aws.resources.email_identity import EmailIdentity
from mailfleet.plan.change import Change
from mailfleet.plan.engine import Plan
from mailfleet.plan.errors import PlanError

MAIL_FROM = MailFrom("ses-us-east-1.example.com")
DESIRED = Settings(MAIL_FROM, None, "fleet", DEFAULT)


def identity(settings: Settings = DESIRED, complete: bool = True) -> Identity:
    return Identity(("a", "b", "c"), "dkim.amazonses.com", settings=settings, complete=complete)


def sending(
    found: Identity | None,
    desired: Settings = DESIRED,
    adopt: bool = False,
    name: str = "example.com",
) -> IdentityPlan:
    return IdentityPlan(name, "us-east-1", found, desired, adopt)


def plan(identity: IdentityPlan) -> list[Change]:
    return Plan("@aws", [EmailIdentity(identity, "fleet", "")]).changes


def test_a_new_identity_is_shown_with_all_its_settings() -> None:
    (change,) = plan(sending(None))
    assert (change.id, change.action, change.before) == ("us-east-1/example.com", "create", None)
    assert change.after == (
        "DKIM: Easy DKIM RSA_2048_BIT\nMAIL FROM: ses-us-east-1.example.com\n"
        "on MX failure: USE_DEFAULT_VALUE\ntag mailfleet: fleet"
    )


def test_once_created_only_the_mail_from_domain_is_left_to_set() -> None:
    before, after = sending(None).created(identity(Settings())).settings
    assert before == Settings(None, None, "fleet", DEFAULT)
    assert after == DESIRED


def test_an_identity_as_the_policy_says_changes_nothing() -> None:
    assert plan(sending(identity())) == []
    assert plan(sending(identity(complete=False))) == []


def test_another_mail_from_domain_is_changed() -> None:
    found = Settings(MailFrom("old.example.com"), "set", "fleet", DEFAULT)
    (change,) = plan(sending(identity(found)))
    assert change.action == "update"
    assert change.before == found.text
    assert change.after == Settings(MAIL_FROM, "set", "fleet", DEFAULT).text


def test_a_domain_that_is_to_reject_mail_is_not_verified_before_its_mx_was_found() -> None:
    verified = replace(identity(), status="SUCCESS", dkim_status="SUCCESS")
    assert sending(verified).verified
    assert sending(verified, replace(DESIRED, mail_from=MailFrom("m.example.com"))).verified
    strict = MailFrom("ses-us-east-1.example.com", "REJECT_MESSAGE")
    assert not sending(verified, replace(DESIRED, mail_from=strict)).verified
    assert not sending(None).verified


def test_an_identity_that_is_not_ours_is_refused_with_the_remedy() -> None:
    for fleet in (None, "another"):
        with pytest.raises(PlanError, match=r"us-east-1/example.com .*does not own.*adopt=True"):
            plan(sending(identity(Settings(None, None, fleet))))


def test_adopting_tags_it() -> None:
    (change,) = plan(sending(identity(Settings()), adopt=True))
    assert change.after == DESIRED.text
    assert plan(sending(identity(), adopt=True)) == []


def test_one_that_is_not_ours_but_as_it_should_be_is_named_and_left_alone() -> None:
    foreign = sending(identity(Settings(MAIL_FROM, dkim=DEFAULT)))
    assert plan(foreign) == []
    assert "us-east-1/example.com is not mailfleet's" in "".join(identity_notes([foreign]))


def test_a_fast_plan_says_what_it_did_not_look_at() -> None:
    (note,) = identity_notes(
        [sending(identity(complete=False)), sending(None), sending(identity())]
    )
    assert "of 1 SES identity, only the tag" in note
    assert list(identity_notes([sending(identity())])) == []


def test_an_address_has_no_keys_and_waits_for_a_click() -> None:
    desired = replace(DESIRED, dkim=None)
    address = sending(None, desired, name="bills@example.com")
    (change,) = plan(address)
    assert change.after == desired.text
    assert [record.type for record in address.records] == ["MX", "TXT"]
    (note,) = identity_notes([sending(identity(), name="bills@example.com")])
    assert "us-east-1/bills@example.com is PENDING: it waits for a click" in note
