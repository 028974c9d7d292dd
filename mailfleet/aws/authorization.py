"""Letting others send as an identity, and no longer."""

from collections.abc import Sequence

from pyinfra.api.operation import operation

from mailfleet.aws.command import for_pyinfra
from mailfleet.aws.identity_facts import get_identity
from mailfleet.aws.lost_answers import refuse_other_policy
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Failure
from mailfleet.ses.authorization import PolicyChange
from mailfleet.ses.identity import from_ses


@operation()
@for_pyinfra
def policies(changes: Sequence[PolicyChange]) -> Commands:
    """Make these policies of identities so, each only if it is still as it was read."""
    for change in changes:
        if change.before is not None:
            look = get_identity(change.identity.name, change.identity.region, fresh=True)
            yield look
            found = from_ses(look.response).policies if look.response else {}
            if look.response and found.get(change.name) != change.before:
                yield Failure(
                    f"policy {change.name} of SES identity {change.identity.id} was changed since "
                    "planned, so it stays as it is: run the deploy again"
                )
                return
        call = _call(change)
        yield call
        if call.unanswered:
            yield from refuse_other_policy(change)


def _call(change: PolicyChange) -> AwsCall:
    """SES itself refuses to create a policy that is there meanwhile."""
    parameters = {"EmailIdentity": change.identity.name, "PolicyName": change.name}
    operation = f"{change.action.capitalize()}EmailIdentityPolicy"
    document = {} if change.after is None else {"Policy": change.after}
    return AwsCall(
        "sesv2",
        operation,
        parameters | document,
        region=change.identity.region,
        repeated=("AlreadyExistsException", "NotFoundException"),
    )
