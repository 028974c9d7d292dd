"""The SES account of each region that the policy sends from: read, then made as it says."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyinfra.api.host import Host
from pyinfra.api.operation import operation

from mailfleet.aws.call import AwsCall
from mailfleet.aws.identity_calls import Calls
from mailfleet.aws.sending_account_facts import (
    Caller,
    ConfigurationSet,
    PoolAddresses,
    PoolScaling,
    SendingAccount,
    Tags,
)
from mailfleet.aws.ses_tags import resource_arn, tag_resource, tags
from mailfleet.policy import DedicatedPool, Mail, ProductionAccess, Ses
from mailfleet.reading import read
from mailfleet.ses.configuration_sets import SetPlan, wanted_sets
from mailfleet.ses.pools import Pool, PoolPlan
from mailfleet.ses.sending_account import AccountPlan
from mailfleet.ses.settings import TAG


@dataclass(frozen=True)
class RegionPlan:
    """What there is in a region beside what the policy asks for; `caller` is our own ARN."""

    account: AccountPlan
    pools: tuple[PoolPlan, ...]
    sets: tuple[SetPlan, ...]
    caller: str


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


@operation()
def sending_account(regions: Sequence[RegionPlan]) -> Calls:
    """Set what differs of each region: the account, then pools, then the configuration sets that
    are bound to them."""
    for region in regions:
        yield from _account_calls(region.account)
        for pool in region.pools:
            yield from _pool_calls(pool, region.caller)
        for configuration_set in region.sets:
            yield from _set_calls(configuration_set, region.caller)


def _account_calls(plan: AccountPlan) -> Calls:
    if plan.suppression is not None:
        reasons = {**plan.found.kept, "SuppressedReasons": list(plan.suppression)}
        yield AwsCall("sesv2", "PutAccountSuppressionAttributes", reasons, region=plan.region)
    if plan.vdm is not None:
        vdm = {"VdmEnabled": "ENABLED" if plan.vdm else "DISABLED"}
        yield AwsCall(
            "sesv2", "PutAccountVdmAttributes", {"VdmAttributes": vdm}, region=plan.region
        )
    if plan.request:
        yield _request(plan.request, plan.region)


def _request(request: ProductionAccess, region: str) -> AwsCall:
    contacts = {"AdditionalContactEmailAddresses": list(request.contacts)}
    return AwsCall(
        "sesv2",
        "PutAccountDetails",
        {
            "ProductionAccessEnabled": True,
            "MailType": request.mail_type,
            "WebsiteURL": request.website,
            "UseCaseDescription": request.use_case,
            "ContactLanguage": request.language,
            **(contacts if request.contacts else {}),
        },
        region=region,
    )


def _pool_calls(pool: PoolPlan, caller: str) -> Calls:
    """The tag first: it says that it is us who changes the rest."""
    asked = {"PoolName": pool.wanted.name, "ScalingMode": pool.wanted.scaling}
    if pool.found is None:
        made = {**asked, "Tags": tags(pool.fleet)}
        yield AwsCall("sesv2", "CreateDedicatedIpPool", made, region=pool.region)
    if pool.tags:
        resource = f"dedicated-ip-pool/{pool.wanted.name}"
        yield tag_resource(caller, pool.region, resource, pool.fleet)
    if pool.scales:
        yield AwsCall("sesv2", "PutDedicatedIpPoolScalingAttributes", asked, region=pool.region)


def _set_calls(plan: SetPlan, caller: str) -> Calls:
    """One call makes a set whole; of one that is there each kind of options is put."""
    name = {"ConfigurationSetName": plan.wanted.name}
    if plan.found is None:
        made = {**name, "Tags": tags(plan.fleet), **plan.options}
        yield AwsCall("sesv2", "CreateConfigurationSet", made, region=plan.region)
        return
    if plan.tags:
        resource = f"configuration-set/{plan.wanted.name}"
        yield tag_resource(caller, plan.region, resource, plan.fleet)
    for kind, options in plan.options.items():
        put = f"PutConfigurationSet{kind}"
        yield AwsCall("sesv2", put, {**name, **options}, region=plan.region)
