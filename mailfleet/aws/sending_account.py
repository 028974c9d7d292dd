"""Reading the SES account of a region for a mail policy."""

from pyinfra.api.host import Host

from mailfleet.aws.facts import Caller
from mailfleet.aws.sending_account_facts import (
    ConfigurationSet,
    PoolAddresses,
    PoolScaling,
    SendingAccount,
    Tags,
)
from mailfleet.policy import DedicatedPool, Mail, Ses
from mailfleet.run.strict_facts import read
from mailfleet.ses.arn import resource_arn
from mailfleet.ses.configuration_sets import SetPlan, wanted_sets
from mailfleet.ses.pools import Pool, PoolPlan
from mailfleet.ses.region import RegionPlan
from mailfleet.ses.sending_account import AccountPlan
from mailfleet.ses.settings import TAG


def read_region(account: Host, mail: Mail, ses: Ses) -> RegionPlan:
    """One call, and for each pool and configuration set that the policy names its own."""
    caller = read(account, Caller)
    found = read(account, SendingAccount, region=ses.region)
    pools = (
        PoolPlan(ses.region, pool, mail.fleet, _read_pool(account, pool, ses.region, caller))
        for pool in ses.pools
    )
    sets = (
        SetPlan(
            ses.region,
            wanted,
            mail.fleet,
            read(account, ConfigurationSet, configuration_set=wanted.name, region=ses.region),
        )
        for wanted in wanted_sets(mail, ses)
    )
    plan = AccountPlan(ses.region, found, ses.account)
    return RegionPlan(plan, tuple(pools), tuple(sets), caller)


def _read_pool(account: Host, pool: DedicatedPool, region: str, caller: str) -> Pool | None:
    scaling = read(account, PoolScaling, pool=pool.name, region=region)
    if scaling is None:
        return None
    arn = resource_arn(caller, region, f"dedicated-ip-pool/{pool.name}")
    found = read(account, Tags, arn=arn, region=region)
    addresses = read(account, PoolAddresses, pool=pool.name, region=region)
    return Pool(scaling, found.get(TAG), addresses)
