"""Policies of identities are changed only as long as they are what the plan showed."""

from typing import Any

from mailfleet.aws.delegates import PolicyChange
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.resources.email_identity_policy import EmailIdentityPolicy
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Failure, Values

IDENTITY = IdentityPlan("example.com", "us-east-1", None)
NAMES = {"EmailIdentity": "example.com", "PolicyName": "mailfleet-1"}


def carried_out(change: PolicyChange, found: dict[str, str]) -> list[Any]:
    """The commands of the operation, where SES answers with those policies."""
    commands = []
    for command in EmailIdentityPolicy(change)._put(Values()):
        if isinstance(command, AwsCall):
            command.response = {"DkimAttributes": {}, "Policies": found}
        commands.append(command)
    return commands


def test_a_policy_is_changed_as_it_was_shown() -> None:
    look, call = carried_out(PolicyChange(IDENTITY, "mailfleet-1", "a", "b"), {"mailfleet-1": "a"})
    assert (look.operation, look.fresh) == ("GetEmailIdentity", True)
    assert call.operation == "UpdateEmailIdentityPolicy"
    assert call.parameters == NAMES | {"Policy": "b"}
    _, call = carried_out(PolicyChange(IDENTITY, "mailfleet-1", "a", None), {"mailfleet-1": "a"})
    assert (call.operation, call.parameters) == ("DeleteEmailIdentityPolicy", NAMES)
    (call,) = carried_out(PolicyChange(IDENTITY, "mailfleet-1", None, "b"), {})
    assert call.operation == "CreateEmailIdentityPolicy"


def test_one_that_somebody_changed_meanwhile_is_refused() -> None:
    for found in ({}, {"mailfleet-1": "c"}):
        _, refusal = carried_out(PolicyChange(IDENTITY, "mailfleet-1", "a", "b"), found)
        assert isinstance(refusal, Failure)
        assert "policy mailfleet-1 of SES identity us-east-1/example.com was changed since" in (
            refusal.sentence
        )
