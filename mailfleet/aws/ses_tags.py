"""Tags of SES's resources: by them what we made is ours."""

from typing import Any

from mailfleet.aws.arn import resource_arn
from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.plan.call import AwsCall

TAG = "mailfleet"
"""A resource with this tag is the fleet's that the tag names."""
STAMP = "mailfleet-settings"
"""The tag that says which of the settings that can't be read a hundred at a time we have set. It
is written after them, and gone before they change."""
EXISTS = ("AlreadyExistsException",)
"""What SES answers when a resource is created again."""


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


class Tags(AwsFact[dict[str, str]]):
    """The tags of an SES resource, for those that are not told with it."""

    def command(self, arn: str, region: str) -> AwsCommand:
        return AwsCommand(
            AwsCall("sesv2", "ListTagsForResource", {"ResourceArn": arn}, region=region)
        )

    def understand(self, answer: Any) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}
