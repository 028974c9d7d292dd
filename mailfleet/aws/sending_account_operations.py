"""Making the SES account of each region what the policy says. It is given what was read when it
was planned."""

from collections.abc import Sequence

from pyinfra.api.operation import operation

from mailfleet.aws.call import AwsCall
from mailfleet.aws.identity_calls import Calls
from mailfleet.aws.ses_tags import tag_resource, tags
from mailfleet.policy import ProductionAccess
from mailfleet.ses.configuration_sets import SetPlan
from mailfleet.ses.pools import PoolPlan
from mailfleet.ses.region import RegionPlan
from mailfleet.ses.sending_account import AccountPlan

EXISTS = ("AlreadyExistsException",)


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
        repeated=("ConflictException",),
    )


def _pool_calls(pool: PoolPlan, caller: str) -> Calls:
    """The tag first: it says that it is us who changes the rest."""
    asked = {"PoolName": pool.wanted.name, "ScalingMode": pool.wanted.scaling}
    if pool.found is None:
        made = {**asked, "Tags": tags(pool.fleet)}
        yield AwsCall("sesv2", "CreateDedicatedIpPool", made, region=pool.region, repeated=EXISTS)
    if pool.tags:
        resource = f"dedicated-ip-pool/{pool.wanted.name}"
        yield tag_resource(caller, pool.region, resource, tags(pool.fleet))
    if pool.scales:
        yield AwsCall("sesv2", "PutDedicatedIpPoolScalingAttributes", asked, region=pool.region)


def _set_calls(plan: SetPlan, caller: str) -> Calls:
    """One call makes a set whole; of one that is there each kind of options is put."""
    name = {"ConfigurationSetName": plan.wanted.name}
    if plan.found is None:
        made = {**name, "Tags": tags(plan.fleet), **plan.options}
        yield AwsCall("sesv2", "CreateConfigurationSet", made, region=plan.region, repeated=EXISTS)
        return
    if plan.tags:
        resource = f"configuration-set/{plan.wanted.name}"
        yield tag_resource(caller, plan.region, resource, tags(plan.fleet))
    for kind, options in plan.options.items():
        put = f"PutConfigurationSet{kind}"
        yield AwsCall("sesv2", put, {**name, **options}, region=plan.region)
