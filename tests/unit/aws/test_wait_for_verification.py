"""Looking whether SES has verified identities: a few each by itself, many in few calls."""

from typing import Any

from mailfleet.aws.identity import Identity
from mailfleet.aws.wait_for_verification import look
from mailfleet.plan.call import AwsCall

VERIFIED = {"VerificationStatus": "SUCCESS", "DkimAttributes": {"Status": "SUCCESS", "Tokens": []}}
DKIM = {"DkimEnabled": True, "DkimVerificationStatus": "Success", "DkimTokens": []}
MAIL_FROM = {"BehaviorOnMXFailure": "UseDefaultValue"}


def answers(operation: str, names: list[str]) -> Any:
    """What SES says when it knows these."""
    return {
        "GetEmailIdentity": VERIFIED,
        "ListEmailIdentities": [
            {"IdentityName": name, "VerificationStatus": "SUCCESS"} for name in names
        ],
        "GetIdentityDkimAttributes": {"DkimAttributes": dict.fromkeys(names, DKIM)},
        "GetIdentityMailFromDomainAttributes": {
            "MailFromDomainAttributes": dict.fromkeys(names, MAIL_FROM)
        },
    }[operation]


def looked(
    desired: list[tuple[str, str]], known: list[str] | None
) -> tuple[list[AwsCall], dict[tuple[str, str], Identity]]:
    """The calls and what they find; known None: nothing answers."""
    looking, calls = look(desired), list[AwsCall]()
    while True:
        try:
            call = next(looking)
        except StopIteration as end:
            return calls, end.value
        calls.append(call)
        if known is not None:
            call.answered, call.response = True, answers(call.operation, known)


def test_a_few_are_looked_at_whole() -> None:
    desired = [("a.example", "us-east-1"), ("b.example", "us-east-1")]
    calls, found = looked(desired, ["a.example", "b.example"])
    assert [call.name for call in calls] == ["sesv2:GetEmailIdentity"] * 2
    assert all(call.fresh for call in calls)
    assert all(found[one].verified for one in desired)


def test_many_are_looked_at_a_hundred_at_a_time() -> None:
    names = [f"d{number}.example" for number in range(101)]
    desired = [(name, "eu-west-1") for name in names]
    calls, found = looked(desired, names[1:])
    assert [call.operation for call in calls] == [
        "ListEmailIdentities",
        *["GetIdentityDkimAttributes", "GetIdentityMailFromDomainAttributes"] * 2,
    ]
    assert all(call.fresh and call.region == "eu-west-1" for call in calls)
    assert set(found) == set(desired[1:])  # the lists lack the first one yet
    assert all(identity.verified for identity in found.values())


def test_the_calls_can_be_counted_with_nothing_answered() -> None:
    desired = [(f"d{number}.example", "us-east-1") for number in range(4)]
    calls, found = looked([*desired, ("d0.example", "eu-west-1")], None)
    assert len(calls) == 3 + 1
    assert found == {}
