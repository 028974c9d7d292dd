"""Tags of SES's resources: by them what we made is ours."""

from mailfleet.aws.call import AwsCall
from mailfleet.ses.arn import resource_arn
from mailfleet.ses.settings import STAMP, TAG


def tags(fleet: str) -> list[dict[str, str]]:
    return [{"Key": TAG, "Value": fleet}]


def stamp_tags(stamp: str | None) -> list[dict[str, str]]:
    return [{"Key": STAMP, "Value": stamp}] if stamp else []


def tag_resource(caller: str, region: str, resource: str, tags: list[dict[str, str]]) -> AwsCall:
    arn = resource_arn(caller, region, resource)
    return AwsCall("sesv2", "TagResource", {"ResourceArn": arn, "Tags": tags}, region=region)


def unstamp_resource(caller: str, region: str, resource: str) -> AwsCall:
    parameters = {"ResourceArn": resource_arn(caller, region, resource), "TagKeys": [STAMP]}
    return AwsCall("sesv2", "UntagResource", parameters, region=region)
