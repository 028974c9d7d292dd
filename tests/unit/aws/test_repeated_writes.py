"""A write that was sent again and then refused: done by its first attempt, or by somebody else?"""

from typing import Any

import pytest

from mailfleet.aws.identity import Identity, from_ses
from mailfleet.aws.repeated_writes import lost_keys, refuse_foreign
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Failure


def after(commands: Commands, *answers: Any) -> list[str]:
    """What is refused once AWS has answered so."""
    done = []
    given = iter(answers)
    for command in commands:
        if isinstance(command, AwsCall) and command.is_read:
            command.response = next(given)
        elif isinstance(command, Failure):
            done.append(command.sentence)
    return done


def identity(tags: list[dict[str, str]]) -> Identity:
    return from_ses(
        {
            "VerificationStatus": "PENDING",
            "VerifiedForSendingStatus": False,
            "DkimAttributes": {"Status": "PENDING", "Tokens": [], "SigningEnabled": True},
            "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
            "Tags": tags,
        }
    )


def test_an_identity_with_our_tag_is_ours_and_any_other_is_not() -> None:
    ours = identity([{"Key": "mailfleet", "Value": "fleet"}])
    assert after(refuse_foreign("us-east-1/example.com", ours, "fleet")) == []
    for found in (identity([]), identity([{"Key": "mailfleet", "Value": "other"}])):
        (refusal,) = after(refuse_foreign("us-east-1/example.com", found, "fleet"))
        assert "us-east-1/example.com was created by someone else" in refusal


def test_keys_that_nobody_knows_are_lost() -> None:
    asking = lost_keys("user", {"KEPT"})
    call = next(asking)
    assert isinstance(call, AwsCall)
    call.response = {"AccessKeyMetadata": [{"AccessKeyId": "LOST"}, {"AccessKeyId": "KEPT"}]}
    with pytest.raises(StopIteration) as done:
        next(asking)
    assert done.value.value == ("LOST",)
