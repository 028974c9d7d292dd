"""What to make of a write whose answer was lost, and that was therefore sent again.

botocore sends a request again when the connection breaks, and can't know whether AWS has carried
it out ("Retries", Boto3 documentation). Calls that only set something may be repeated. One that
creates is refused the second time, with one of the codes in `AwsCall.repeated`; then the world is
looked at: is it as this call makes it, or is that somebody else's work? (For change batches
record_calls does it, whether or not they were sent again.)
"""

from collections.abc import Collection, Generator

from mailfleet.aws.delegates import PolicyChange
from mailfleet.aws.facts import AccessKeys
from mailfleet.aws.identity import Identity, from_ses
from mailfleet.aws.identity_facts import get_identity
from mailfleet.plan.resource import Command, Commands, Failure


def refuse_foreign(id: str, identity: Identity, fleet: str) -> Commands:
    """Fail unless the identity, which SES has refused to create again, is ours."""
    if identity.settings.fleet != fleet:
        yield Failure(
            f"sesv2:CreateEmailIdentity failed: {id} was created by someone else since planned: "
            "look at it, and run the deploy again"
        )


def refuse_other_policy(change: PolicyChange) -> Commands:
    """Fail unless the identity's policy, which SES has refused to create or to delete again, is
    so."""
    call = get_identity(change.identity.name, change.identity.region, fresh=True)
    yield call
    there = from_ses(call.response).policies.get(change.name) if call.response else None
    if there != change.after:
        yield Failure(
            f"policy {change.name} of SES identity {change.identity.id} was changed by someone "
            "else since planned: look at it, and run the deploy again"
        )


def lost_keys(user: str, known: Collection[str]) -> Generator[Command, None, tuple[str, ...]]:
    """The user's keys but those `known`: their secrets were in answers that were lost."""
    call = AccessKeys().command(user).call
    yield call
    ids = (key["AccessKeyId"] for key in call.response["AccessKeyMetadata"])
    return tuple(id for id in ids if id not in known)
