"""What a plan's calls cost at an account's rates: they are counted before any of them is made."""

from pyinfra.api.host import Host

from mailfleet.aws.limiter import DEFAULT_RATE, quota, rates
from mailfleet.plan.cost import Cost, cost_of
from mailfleet.plan.engine import Plan
from mailfleet.run.options import AWS_RATES, AWS_REGION


def cost_estimate(account: Host, plan: Plan) -> Cost:
    own = AWS_REGION.of(account)
    quotas = ((quota(call.service), call.region or own) for call in plan.calls)
    own_rates = rates(AWS_RATES.of(account))
    return cost_of(quotas, own_rates, DEFAULT_RATE, tuple(plan.waits))
