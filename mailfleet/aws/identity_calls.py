"""The calls that make an SES identity and its settings what the policy says."""

from collections.abc import Generator, Mapping
from typing import Any

from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.identity_settings import MailFrom
from mailfleet.aws.ses_tags import stamp_tags, tag_resource, tags, unstamp_resource
from mailfleet.plan.call import AwsCall

Calls = Generator[AwsCall, None, None]


def create_identity(identity: IdentityPlan, fleet: str, signing: Mapping[str, Any]) -> AwsCall:
    """An identity; a domain's with these DkimSigningAttributes. AWS refuses when there is one
    meanwhile."""
    configuration_set = identity.desired.configuration_set
    return AwsCall(
        "sesv2",
        "CreateEmailIdentity",
        {
            "EmailIdentity": identity.name,
            **({"DkimSigningAttributes": dict(signing)} if signing else {}),
            "Tags": [*tags(fleet), *stamp_tags(identity.desired.stamp)],
            **({"ConfigurationSetName": configuration_set} if configuration_set else {}),
        },
        region=identity.region,
        repeated=("AlreadyExistsException",),
    )


def setting_calls(identity: IdentityPlan, fleet: str, caller: str) -> Calls:
    """One call for each setting that is not as it will be. The owner's tag comes first: it says
    that it is us who changes the others. The stamp goes before what it tells of changes, and
    comes last. `caller` is our own ARN."""
    before, after = identity.settings
    where = (caller, identity.region, f"identity/{identity.name}")
    if before.fleet != after.fleet:
        yield tag_resource(*where, tags(fleet))
    if before.stamp and before.digest != after.digest:
        yield unstamp_resource(*where)
    if before.mail_from != after.mail_from:
        yield put_mail_from(identity, after.mail_from)
    if before.configuration_set != after.configuration_set:
        yield AwsCall(
            "sesv2",
            "PutEmailIdentityConfigurationSetAttributes",
            {"EmailIdentity": identity.name, "ConfigurationSetName": after.configuration_set},
            region=identity.region,
        )
    if after.stamp and (before.stamp, before.digest) != (after.stamp, after.digest):
        yield tag_resource(*where, stamp_tags(after.stamp))


def put_mail_from(identity: IdentityPlan, mail_from: MailFrom | None) -> AwsCall:
    """Without a MailFromDomain SES goes back to amazonses.com
    ("PutEmailIdentityMailFromAttributes", Amazon SES API v2)."""
    asked = {"MailFromDomain": mail_from.domain} if mail_from else {}
    behaviour = mail_from.on_mx_failure if mail_from else "USE_DEFAULT_VALUE"
    return AwsCall(
        "sesv2",
        "PutEmailIdentityMailFromAttributes",
        {"EmailIdentity": identity.name, **asked, "BehaviorOnMxFailure": behaviour},
        region=identity.region,
    )
