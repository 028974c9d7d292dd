"""Delegate senders: which policies of an identity are made, changed, deleted and left alone."""

import json

import pytest

from mailfleet.aws.delegates import authorization_notes, policy_changes, policy_name
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.identity_settings import Settings
from mailfleet.aws.policy_document import document, pretty
from mailfleet.aws.resources.email_identity_policy import EmailIdentityPolicy
from mailfleet.plan.engine import Plan
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Delegate

CALLER = "arn:aws:sts::123456789012:assumed-role/ops/me"
ARN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
OTHER = Delegate("210987654321")
ROLE = "arn:aws:iam::210987654321:role/mail/News+letter"
THEIRS = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "ses:*"}})


def sending(
    *delegates: Delegate,
    policies: dict[str, str] | None = None,
    name: str = "example.com",
    status: str = "SUCCESS",
    fleet: str = "fleet",
    adopt: bool = False,
) -> IdentityPlan:
    settings = Settings(fleet=fleet)
    found = Identity((), "", status, settings=settings, policies=policies or {})
    return IdentityPlan(name, "us-east-1", found, Settings(fleet="fleet"), adopt, tuple(delegates))


def plan(identity: IdentityPlan) -> list[tuple[str, str]]:
    return [(change.name, change.action) for change in policy_changes([identity], CALLER)]


def test_each_delegate_has_a_policy_of_its_own() -> None:
    changes = list(policy_changes([sending(OTHER, Delegate(ROLE))], CALLER))
    assert [change.action for change in changes] == ["create", "create"]
    assert changes[0].name == "mailfleet-210987654321"
    (shown,) = Plan("@aws", [EmailIdentityPolicy(changes[0])]).changes
    assert shown.id == "us-east-1/example.com/mailfleet-210987654321"
    assert (shown.before, shown.after) == (None, pretty(document(OTHER, ARN)))


def test_a_policys_name_follows_from_its_delegate_alone() -> None:
    name = policy_name(Delegate(ROLE))
    assert name.startswith("mailfleet-210987654321-News-letter-")
    assert name == policy_name(Delegate(ROLE, ["a@example.com"]))
    assert name != policy_name(Delegate(ROLE.replace("+", "=")))
    assert len(policy_name(Delegate(f"{ROLE}{'x' * 64}"))) == 64


def test_what_is_as_it_should_be_stays() -> None:
    assert plan(sending(OTHER, policies={"mailfleet-210987654321": document(OTHER, ARN)})) == []


def test_ours_is_changed_and_deleted_and_theirs_is_not() -> None:
    policies = {"theirs": THEIRS, "mailfleet-210987654321": THEIRS, "mailfleet-x": THEIRS}
    name = "mailfleet-210987654321"
    assert plan(sending(OTHER, policies=policies)) == [(name, "update"), ("mailfleet-x", "delete")]
    assert plan(sending(policies=policies)) == [(name, "delete"), ("mailfleet-x", "delete")]


def test_an_identity_that_is_not_ours_keeps_its_policies() -> None:
    assert plan(sending(policies={"mailfleet-x": THEIRS}, fleet="another")) == []
    foreign = policy_changes([sending(OTHER, fleet="another")], CALLER)
    with pytest.raises(
        PlanError, match=r"us-east-1/example.com, which mailfleet does not own.*adopt=True"
    ):
        list(Plan("@aws", [EmailIdentityPolicy(change) for change in foreign]).changes)
    adopted = sending(OTHER, policies={"mailfleet-x": THEIRS}, fleet="another", adopt=True)
    assert [action for _, action in plan(adopted)] == ["create", "delete"]


def test_an_address_waits_for_its_click() -> None:
    address = sending(OTHER, name="bills@example.com", status="PENDING")
    assert plan(address) == []
    (note,) = authorization_notes([address])
    assert "us-east-1/bills@example.com is not verified yet: its delegates may send" in note
    assert plan(sending(OTHER, name="bills@example.com")) == [("mailfleet-210987654321", "create")]
    assert [action for _, action in plan(sending(OTHER, status="PENDING"))] == ["create"]


def test_more_than_ses_takes_is_refused() -> None:
    theirs = {f"p{number}": THEIRS for number in range(20)}
    assert plan(sending(policies=theirs)) == []
    with pytest.raises(
        PlanError, match="found 20 policies that mailfleet does not own and 1 delegates"
    ):
        plan(sending(OTHER, policies=theirs))
    long = Delegate("210987654321", [f"{'x' * 60}{n}@example.com" for n in range(60)])
    with pytest.raises(PlanError, match="expected 4096 at most"):
        plan(sending(long))


def test_somebody_elses_policy_for_everybody_is_warned_of() -> None:
    restricted = json.loads(THEIRS)
    restricted["Statement"]["Condition"] = {"Bool": {"x": "true"}}
    policies = {"theirs": THEIRS, "some": json.dumps(restricted), "mailfleet-x": THEIRS}
    first, second = authorization_notes([sending(policies=policies)])
    assert "policy theirs of SES identity us-east-1/example.com lets everyone" in first
    assert 'under the conditions {"Bool": {"x": "true"}}' in second
