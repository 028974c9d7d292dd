"""The calls that make an SES identity and its settings what the policy says."""

from collections.abc import Generator

from mailfleet.aws.call import AwsCall
from mailfleet.ses.identity import DKIM_KEY_LENGTH
from mailfleet.ses.sending_identity import SendingIdentity
from mailfleet.ses.settings import STAMP, TAG, MailFrom

Calls = Generator[AwsCall, None, None]


def create_configuration_set(name: str, region: str, fleet: str) -> AwsCall:
    return AwsCall(
        "sesv2",
        "CreateConfigurationSet",
        {"ConfigurationSetName": name, "Tags": _tags(fleet)},
        region=region,
    )


def create_identity(identity: SendingIdentity, fleet: str) -> AwsCall:
    """An identity; a domain's with Easy DKIM. AWS refuses when there is one meanwhile."""
    signing = {"DkimSigningAttributes": {"NextSigningKeyLength": DKIM_KEY_LENGTH}}
    configuration_set = identity.wanted.configuration_set
    return AwsCall(
        "sesv2",
        "CreateEmailIdentity",
        {
            "EmailIdentity": identity.name,
            **({} if identity.is_address else signing),
            "Tags": [*_tags(fleet), *_stamp(identity.wanted.stamp)],
            **({"ConfigurationSetName": configuration_set} if configuration_set else {}),
        },
        region=identity.region,
    )


def setting_calls(identity: SendingIdentity, fleet: str, caller: str) -> Calls:
    """One call for each setting that is not as it will be. The owner's tag comes first: it says
    that it is us who changes the others. The stamp goes before what it tells of changes, and
    comes last. `caller` is our own ARN."""
    before, after = identity.settings
    arn = arn_of(identity, caller)
    if before.fleet != after.fleet:
        yield _tag(arn, identity.region, _tags(fleet))
    if before.stamp and before.digest != after.digest:
        parameters = {"ResourceArn": arn, "TagKeys": [STAMP]}
        yield AwsCall("sesv2", "UntagResource", parameters, region=identity.region)
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
        yield _tag(arn, identity.region, _stamp(after.stamp))


def put_mail_from(identity: SendingIdentity, mail_from: MailFrom | None) -> AwsCall:
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


def arn_of(identity: SendingIdentity, caller: str) -> str:
    """Its ARN; `caller` is our own one, of the same partition and account."""
    _, partition, _, _, account, *_ = caller.split(":")
    return f"arn:{partition}:ses:{identity.region}:{account}:identity/{identity.name}"


def _tag(arn: str, region: str, tags: list[dict[str, str]]) -> AwsCall:
    return AwsCall("sesv2", "TagResource", {"ResourceArn": arn, "Tags": tags}, region=region)


def _tags(fleet: str) -> list[dict[str, str]]:
    return [{"Key": TAG, "Value": fleet}]


def _stamp(stamp: str | None) -> list[dict[str, str]]:
    return [{"Key": STAMP, "Value": stamp}] if stamp else []
