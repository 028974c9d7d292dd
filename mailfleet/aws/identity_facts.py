"""What is read of SES identities: all of one, or some of a hundred."""

from typing import Any

from mailfleet.aws import notifications
from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.aws.identity import Identity, from_ses
from mailfleet.aws.notifications import Notifications
from mailfleet.aws.ses_tags import TAG
from mailfleet.plan.call import AwsCall


def get_identity(identity: str, region: str, *, fresh: bool = False) -> AwsCall:
    """Read all of one identity; `fresh`: as it is now, even if it was read before."""
    return AwsCall(
        "sesv2",
        "GetEmailIdentity",
        {"EmailIdentity": identity},
        region=region,
        absent=("NotFoundException",),
        fresh=fresh,
    )


class EmailIdentity(AwsFact[Identity | None]):
    """An SES identity of one region; None when there is none."""

    def command(self, identity: str, region: str) -> AwsCommand:
        return AwsCommand(get_identity(identity, region))

    def understand(self, answer: Any) -> Identity | None:
        return answer and from_ses(answer)


class EmailIdentities(AwsFact[dict[str, str]]):
    """The verification status of every identity of a region, by name."""

    def command(self, region: str) -> AwsCommand:
        # 1,000 is the most that SES gives at once
        return AwsCommand(
            AwsCall(
                "sesv2",
                "ListEmailIdentities",
                {"PageSize": 1000},
                region=region,
                paged="EmailIdentities",
            )
        )

    def understand(self, answer: Any) -> dict[str, str]:
        return {found["IdentityName"]: found.get("VerificationStatus", "") for found in answer}


class DkimAttributes(AwsFact[dict[str, Any]]):
    """DkimEnabled, DkimVerificationStatus and DkimTokens of 100 identities at most, by name."""

    def command(self, identities: tuple[str, ...], region: str) -> AwsCommand:
        parameters = {"Identities": list(identities)}
        return AwsCommand(AwsCall("ses", "GetIdentityDkimAttributes", parameters, region=region))

    def understand(self, answer: Any) -> dict[str, Any]:
        return dict(answer["DkimAttributes"])


class MailFromAttributes(AwsFact[dict[str, Any]]):
    """MailFromDomain, its status and BehaviorOnMXFailure of 100 identities at most, by name."""

    def command(self, identities: tuple[str, ...], region: str) -> AwsCommand:
        parameters = {"Identities": list(identities)}
        return AwsCommand(
            AwsCall("ses", "GetIdentityMailFromDomainAttributes", parameters, region=region)
        )

    def understand(self, answer: Any) -> dict[str, Any]:
        return dict(answer["MailFromDomainAttributes"])


class IdentityTags(AwsFact[dict[str, dict[str, str]]]):
    """The tags of the fleet's identities, by name. Those of the last seconds may be missing."""

    def command(self, fleet: str, region: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "resourcegroupstaggingapi",
                "GetResources",
                {
                    "ResourceTypeFilters": ["ses:identity"],
                    "TagFilters": [{"Key": TAG, "Values": [fleet]}],
                    "ResourcesPerPage": 100,
                },
                region=region,
                paged="ResourceTagMappingList",
            )
        )

    def understand(self, answer: Any) -> dict[str, dict[str, str]]:
        return {
            found["ResourceARN"].partition("/")[2]: {
                tag["Key"]: tag["Value"] for tag in found["Tags"]
            }
            for found in answer
        }


class NotificationAttributes(AwsFact[dict[str, Notifications]]):
    """Where SES reports bounces of 100 identities at most, by name."""

    def command(self, identities: tuple[str, ...], region: str) -> AwsCommand:
        parameters = {"Identities": list(identities)}
        return AwsCommand(
            AwsCall("ses", "GetIdentityNotificationAttributes", parameters, region=region)
        )

    def understand(self, answer: Any) -> dict[str, Notifications]:
        found = answer["NotificationAttributes"]
        return {name: notifications.from_ses(attributes) for name, attributes in found.items()}
