"""A policy of an SES identity, which lets a delegate sender send as it."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailfleet.aws.delegates import PolicyChange, authorization_notes, policy_changes
from mailfleet.aws.identity import from_ses
from mailfleet.aws.identity_facts import get_identity
from mailfleet.aws.policy_document import pretty
from mailfleet.aws.read import identities
from mailfleet.aws.reader import Reader
from mailfleet.aws.repeated_writes import refuse_other_policy
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Failure, Notes, Resource, Step, Thing, Values
from mailfleet.plan.stages import NEW_POLICIES, POLICIES


@dataclass(frozen=True)
class EmailIdentityPolicy(Resource):
    """One that is not as it should be."""

    change: PolicyChange

    def things(self, values: Values) -> Iterator[Thing]:
        identity = self.change.identity
        found, desired = (text and pretty(text) for text in (self.change.before, self.change.after))
        class_name = "Address" if identity.is_address else "Domain"
        yield Thing(
            "sending authorization",
            f"{identity.id}/{self.change.name}",
            found,
            desired,
            "ours" if identity.ours else "foreign",
            refusal=(
                f"{class_name} {identity.name!r}: found the SES identity {identity.id}, which "
                "mailfleet does not own, expected one that it owns, because it has delegates: to "
                f"take it over, say {class_name}(..., adopt=True)"
            ),
        )

    def steps(self) -> Iterator[Step]:
        """SES takes new ones once it has verified the identity."""
        yield Step(NEW_POLICIES if self.change.action == "create" else POLICIES, self._put)

    def _put(self, values: Values) -> Commands:
        """Only if it is still as it was read. SES itself refuses to create one that is there
        meanwhile."""
        change = self.change
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


def read(reader: Reader) -> Iterator[Resource]:
    """PlanError when SES would not take one."""
    every = reader.once(identities)
    for change in policy_changes(every, reader.caller):
        yield EmailIdentityPolicy(change)
    yield Notes(list(authorization_notes(every)))


def _call(change: PolicyChange) -> AwsCall:
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
