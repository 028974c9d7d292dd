"""What is read of the SES account of a region, its dedicated IP pools and configuration sets."""

from typing import Any

from mailfleet.aws.call import AwsCall
from mailfleet.aws.facts import AwsFact
from mailfleet.ses import configuration_sets, sending_account
from mailfleet.ses.configuration_sets import FoundSet
from mailfleet.ses.pools import WarmUp
from mailfleet.ses.sending_account import Account


class SendingAccount(AwsFact[Account]):
    """Sandbox or production, quota and its use, and the account's settings in one region."""

    def command(self, region: str) -> AwsCall:
        return AwsCall("sesv2", "GetAccount", region=region)

    def understand(self, answer: Any) -> Account:
        return sending_account.from_ses(answer)


class PoolScaling(AwsFact[str | None]):
    """How a dedicated IP pool scales; None when there is none of that name."""

    def command(self, pool: str, region: str) -> AwsCall:
        return AwsCall(
            "sesv2",
            "GetDedicatedIpPool",
            {"PoolName": pool},
            region=region,
            absent=("NotFoundException",),
        )

    def understand(self, answer: Any) -> str | None:
        return answer and str(answer["DedicatedIpPool"]["ScalingMode"])


class PoolAddresses(AwsFact[tuple[WarmUp, ...]]):
    """The addresses of a dedicated IP pool."""

    def command(self, pool: str, region: str) -> AwsCall:
        return AwsCall(
            "sesv2", "GetDedicatedIps", {"PoolName": pool}, region=region, paged="DedicatedIps"
        )

    def understand(self, answer: Any) -> tuple[WarmUp, ...]:
        return tuple(
            WarmUp(ip["Ip"], ip["WarmupPercentage"], ip["WarmupStatus"] == "IN_PROGRESS")
            for ip in answer
        )


class Tags(AwsFact[dict[str, str]]):
    """The tags of an SES resource, for those that are not told with it."""

    def command(self, arn: str, region: str) -> AwsCall:
        return AwsCall("sesv2", "ListTagsForResource", {"ResourceArn": arn}, region=region)

    def understand(self, answer: Any) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


class ConfigurationSet(AwsFact[FoundSet | None]):
    """A configuration set of the region; None when there is none of that name."""

    def command(self, configuration_set: str, region: str) -> AwsCall:
        return AwsCall(
            "sesv2",
            "GetConfigurationSet",
            {"ConfigurationSetName": configuration_set},
            region=region,
            absent=("NotFoundException",),
        )

    def understand(self, answer: Any) -> FoundSet | None:
        return answer and configuration_sets.from_ses(answer)
