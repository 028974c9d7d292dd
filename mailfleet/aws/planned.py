"""The calls that a plan is going to make: those that its operations yield when nothing answers.

They are counted before any of them is made, by the same generators that then make them.
"""

from collections.abc import Iterable, Iterator, Sequence

from pyinfra.api.host import Host

from mailfleet.aws import authorization, dkim, operations
from mailfleet.aws import sender as sender_operations
from mailfleet.aws.command import AwsCommand
from mailfleet.aws.limiter import DEFAULT_RATE, quota, rates
from mailfleet.plan.call import AwsCall
from mailfleet.plan.cost import Cost, cost_of
from mailfleet.run.options import AWS_RATES, AWS_REGION
from mailfleet.ses.authorization import PolicyChange
from mailfleet.ses.dkim import missing_keys
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.identity import likely_identity
from mailfleet.ses.leaving import LeavingIdentity
from mailfleet.ses.sender import Sender, user_name
from mailfleet.ses.sending_identity import SendingIdentity


def domain_calls(
    domains: Sequence[SendingDomain],
    identities: Sequence[SendingIdentity],
    leaving: Sequence[LeavingIdentity],
    fleet: str,
    caller: str,
) -> Iterator[AwsCall]:
    """Of the operations on identities and records. What SES has yet to make is taken to be such
    as it mostly makes it: a change batch holds only so many characters."""
    made = {i.id: i.created(likely_identity(i.id)) for i in identities if i.found is None}
    replicas = [identity for identity in identities if identity.is_replica]
    others = [identity for identity in identities if not identity.is_replica]
    for secret in dict.fromkeys(missing_keys(identity.wanted.dkim for identity in identities)):
        yield dkim.create_key(secret, "")
    yield from _calls(operations.identities._inner(others, fleet, {}))
    yield from _calls(dkim.keys_of_ses._inner(identities, {}))
    yield from _calls(operations.leave._inner(leaving))
    yield from _calls(operations.records._inner(domains, made, "", True, 0))
    yield from _calls(operations.identities._inner(replicas, fleet, {}))
    yield from _calls(dkim.signing._inner(identities, {}))
    yield from _calls(operations.settings._inner(identities, fleet, caller, made))


def _calls(commands: Iterable[object]) -> Iterator[AwsCall]:
    return (command.call for command in commands if isinstance(command, AwsCommand))


def policy_calls(changes: Sequence[PolicyChange]) -> Iterator[AwsCall]:
    """Of the operations on delegate senders."""
    yield from _calls(authorization.policies._inner(changes))


def sender_calls(sender: Sender, fleet: str, region: str) -> Iterator[AwsCall]:
    yield from _calls(sender_operations.make._inner(sender, fleet, region))
    if sender.first_policy != sender.wanted:
        yield sender_operations.put_policy(user_name(fleet, region), sender.wanted)


def cost(account: Host, calls: Iterable[AwsCall], *waits: str) -> Cost:
    """What these calls cost at the account's rates."""
    own = AWS_REGION.of(account)
    quotas = ((quota(call.service), call.region or own) for call in calls)
    return cost_of(quotas, rates(AWS_RATES.of(account)), DEFAULT_RATE, waits)
