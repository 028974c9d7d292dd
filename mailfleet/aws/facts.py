"""What is read of an account. Every fact is one AWS call, or its pages."""

import json
from typing import Any, TypeVar, cast

from mailfleet.aws.command import AwsCommand
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.route53 import from_route53
from mailfleet.aws.smtp_user import AccessKey
from mailfleet.credential import SecretText
from mailfleet.dns.records import RecordSet, normal_name, record_id
from mailfleet.plan.call import AwsCall
from mailfleet.run.strict_facts import Fact

T = TypeVar("T")

# Staging labels of a secret's versions ("What's in a Secrets Manager secret?").
CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


class AwsFact(Fact[T]):
    """A fact of the API's answer, as `understand` turns it into our own types."""

    abstract = True

    def process(self, output: list[str]) -> T:
        return self.understand(json.loads(output[0]))

    def understand(self, answer: Any) -> T:
        """What the answer means; the answer itself unless a fact says otherwise."""
        return cast(T, answer)


class Caller(AwsFact[str]):
    """Our own ARN. It was asked for when the account was connected to, and costs nothing."""

    def command(self) -> AwsCommand:
        return AwsCommand(AwsCall("sts", "GetCallerIdentity"))

    def understand(self, answer: Any) -> str:
        return str(answer["Arn"])


class HostedZones(AwsFact[list[HostedZone]]):
    """The account's public hosted zones."""

    def command(self) -> AwsCommand:
        return AwsCommand(AwsCall("route53", "ListHostedZones", paged="HostedZones"))

    def understand(self, answer: Any) -> list[HostedZone]:
        return [
            HostedZone(id=zone["Id"].rpartition("/")[2], name=normal_name(zone["Name"]))
            for zone in answer
            if not zone.get("Config", {}).get("PrivateZone")
        ]


def list_record_sets(zone_id: str, *, fresh: bool = False, account: str = "") -> AwsCall:
    """Read a zone, of another account if one is named; `fresh`: as it is now, even if it was read
    before."""
    return AwsCall(
        "route53",
        "ListResourceRecordSets",
        {"HostedZoneId": zone_id, "MaxItems": "300"},  # the most that Route 53 gives at once
        paged="ResourceRecordSets",
        fresh=fresh,
        account=account,
    )


class RecordSets(AwsFact[list[RecordSet]]):
    """All record sets of a hosted zone."""

    def command(self, zone_id: str) -> AwsCommand:
        return AwsCommand(list_record_sets(zone_id))

    def understand(self, answer: Any) -> list[RecordSet]:
        return [from_route53(record) for record in answer]


class ProtectedRecordSets(AwsFact[list[str] | None]):
    """Ids of the record sets that Route 53 lets nobody change; None when we may not ask."""

    def command(self, zone_id: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "route53",
                "ListResourceRecordSetProtections",
                {"HostedZoneId": zone_id},
                absent=("AccessDenied",),
                paged="ResourceRecordSetProtections",
            )
        )

    def understand(self, answer: Any) -> list[str] | None:
        return answer and [record_id(found["RecordType"], found["RecordName"]) for found in answer]


class UserPolicy(AwsFact[dict[str, Any] | None]):
    """A user's inline policy document; None when there is no such user or policy."""

    def command(self, user: str, policy: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "iam",
                "GetUserPolicy",
                {"UserName": user, "PolicyName": policy},
                absent=("NoSuchEntity",),
            )
        )

    def understand(self, answer: Any) -> dict[str, Any] | None:
        return answer and dict(answer["PolicyDocument"])


class AccessKeys(AwsFact[list[AccessKey] | None]):
    """A user's access keys; None when there is no such user."""

    def command(self, user: str) -> AwsCommand:
        return AwsCommand(
            AwsCall("iam", "ListAccessKeys", {"UserName": user}, absent=("NoSuchEntity",))
        )

    def understand(self, answer: Any) -> list[AccessKey] | None:
        return answer and [
            AccessKey(id=key["AccessKeyId"], active=key["Status"] == "Active")
            for key in answer["AccessKeyMetadata"]
        ]


class LastUse(AwsFact[str | None]):
    """What an access key was last used for, as "ses in us-east-1"; None as far as AWS has seen no
    use of it yet, which takes some time ("GetAccessKeyLastUsed", IAM API Reference)."""

    def command(self, key: str) -> AwsCommand:
        return AwsCommand(AwsCall("iam", "GetAccessKeyLastUsed", {"AccessKeyId": key}))

    def understand(self, answer: Any) -> str | None:
        use = answer["AccessKeyLastUsed"]
        return f"{use['ServiceName']} in {use['Region']}" if use.get("LastUsedDate") else None


class Secret(AwsFact[SecretText | None]):
    """A secret of Secrets Manager, in the version with that staging label; None when there is
    none."""

    def command(self, secret: str, region: str, stage: str = CURRENT) -> AwsCommand:
        return AwsCommand(get_secret(secret, region, stage))

    def understand(self, answer: Any) -> SecretText | None:
        return answer and SecretText(answer["SecretString"])


def get_secret(secret: str, region: str, stage: str, *, fresh: bool = False) -> AwsCall:
    return AwsCall(
        "secretsmanager",
        "GetSecretValue",
        {"SecretId": secret, "VersionStage": stage},
        region=region,
        absent=("ResourceNotFoundException",),
        fresh=fresh,
    )
