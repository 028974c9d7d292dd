"""Tags of SES's resources: by them what we made is ours."""

from mailfleet.aws.call import AwsCall
from mailfleet.ses.arn import resource_arn
from mailfleet.ses.settings import TAG


def tags(fleet: str) -> list[dict[str, str]]:
    return [{"Key": TAG, "Value": fleet}]


def tag_resource(caller: str, region: str, resource: str, fleet: str) -> AwsCall:
    arn = resource_arn(caller, region, resource)
    return AwsCall("sesv2", "TagResource", {"ResourceArn": arn, "Tags": tags(fleet)}, region=region)
