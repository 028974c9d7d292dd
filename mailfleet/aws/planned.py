"""The calls that a plan is going to make: those that its operations yield when nothing answers.

They are counted before any of them is made, by the same generators that then make them.
"""

from collections.abc import Iterable, Iterator, Sequence

from pyinfra.api.host import Host

from mailfleet.aws import authorization, operations, sending_account_operations
from mailfleet.aws.call import AwsCall
from mailfleet.aws.limiter import DEFAULT_RATE, quota, rates
from mailfleet.cost import Cost, cost_of
from mailfleet.ses.authorization import PolicyChange
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.identity import likely_identity
from mailfleet.ses.region import RegionPlan
from mailfleet.ses.sender import Sender
from mailfleet.ses.sending_identity import SendingIdentity


def account_calls(regions: Sequence[RegionPlan]) -> Iterator[AwsCall]:
    """Of the operation on the SES account of each region."""
    yield from sending_account_operations.sending_account._inner(regions)


def domain_calls(
    domains: Sequence[SendingDomain],
    identities: Sequence[SendingIdentity],
    fleet: str,
    caller: str,
) -> Iterator[AwsCall]:
    """Of the operations on identities and records. What SES has yet to make is taken to be such
    as it mostly makes it: a change batch holds only so many characters."""
    made = {i.id: likely_identity(i.id) for i in identities if i.found is None}
    yield from operations.identities._inner(identities, fleet, {})
    yield from operations.records._inner(domains, made)
    yield from operations.settings._inner(identities, fleet, caller, made)


def policy_calls(changes: Sequence[PolicyChange]) -> Iterator[AwsCall]:
    """Of the operations on delegate senders."""
    for call in authorization.policies._inner(changes):
        if isinstance(call, AwsCall):
            yield call


def sender_calls(sender: Sender, fleet: str, region: str) -> Iterator[AwsCall]:
    yield from operations.sender._inner(sender, fleet, region)


def cost(account: Host, calls: Iterable[AwsCall], *waits: str) -> Cost:
    """What these calls cost at the account's rates."""
    own = account.data.get("aws_region", "")
    quotas = ((quota(call.service), call.region or own) for call in calls)
    return cost_of(quotas, rates(account.data.get("aws_rates")), DEFAULT_RATE, waits)
