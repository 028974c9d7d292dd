"""Tags of SES's resources: by them what we made is ours."""

from mailfleet.aws.call import AwsCall
from mailfleet.ses.settings import TAG


def tags(fleet: str) -> list[dict[str, str]]:
    return [{"Key": TAG, "Value": fleet}]


def resource_arn(caller: str, region: str, resource: str) -> str:
    """The ARN of identity/<name>, configuration-set/<name> or dedicated-ip-pool/<name>; `caller`
    is our own ARN, of the same partition and account."""
    _, partition, _, _, account, *_ = caller.split(":")
    return f"arn:{partition}:ses:{region}:{account}:{resource}"


def tag_resource(caller: str, region: str, resource: str, fleet: str) -> AwsCall:
    arn = resource_arn(caller, region, resource)
    return AwsCall("sesv2", "TagResource", {"ResourceArn": arn, "Tags": tags(fleet)}, region=region)
