"""What is read of an account. Every fact is one AWS call, or its pages."""

import json
from typing import Any, TypeVar, cast

from mailfleet.aws.call import AwsCall
from mailfleet.credential import SecretText
from mailfleet.dns.records import RecordSet, from_route53, normal_name
from mailfleet.dns.zone import HostedZone
from mailfleet.reading import Fact
from mailfleet.ses.sender import AccessKey

T = TypeVar("T")


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

    def command(self) -> AwsCall:
        return AwsCall("sts", "GetCallerIdentity")

    def understand(self, answer: Any) -> str:
        return str(answer["Arn"])


class HostedZones(AwsFact[list[HostedZone]]):
    """The account's public hosted zones."""

    def command(self) -> AwsCall:
        return AwsCall("route53", "ListHostedZones", paged="HostedZones")

    def understand(self, answer: Any) -> list[HostedZone]:
        return [
            HostedZone(id=zone["Id"].rpartition("/")[2], name=normal_name(zone["Name"]))
            for zone in answer
            if not zone.get("Config", {}).get("PrivateZone")
        ]


class RecordSets(AwsFact[list[RecordSet]]):
    """All record sets of a hosted zone but aliases."""

    def command(self, zone_id: str) -> AwsCall:
        # 300 is the most that Route 53 gives at once
        return AwsCall(
            "route53",
            "ListResourceRecordSets",
            {"HostedZoneId": zone_id, "MaxItems": "300"},
            paged="ResourceRecordSets",
        )

    def understand(self, answer: Any) -> list[RecordSet]:
        records = [from_route53(record) for record in answer]
        return [record for record in records if record]


class UserPolicy(AwsFact[dict[str, Any] | None]):
    """A user's inline policy document; None when there is no such user or policy."""

    def command(self, user: str, policy: str) -> AwsCall:
        return AwsCall(
            "iam",
            "GetUserPolicy",
            {"UserName": user, "PolicyName": policy},
            absent=("NoSuchEntity",),
        )

    def understand(self, answer: Any) -> dict[str, Any] | None:
        return answer and dict(answer["PolicyDocument"])


class AccessKeys(AwsFact[list[AccessKey] | None]):
    """A user's access keys; None when there is no such user."""

    def command(self, user: str) -> AwsCall:
        return AwsCall("iam", "ListAccessKeys", {"UserName": user}, absent=("NoSuchEntity",))

    def understand(self, answer: Any) -> list[AccessKey] | None:
        return answer and [
            AccessKey(id=key["AccessKeyId"], active=key["Status"] == "Active")
            for key in answer["AccessKeyMetadata"]
        ]


class Secret(AwsFact[SecretText | None]):
    """A secret of Secrets Manager; None when there is none."""

    def command(self, secret: str, region: str) -> AwsCall:
        return AwsCall(
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": secret},
            region=region,
            absent=("ResourceNotFoundException",),
        )

    def understand(self, answer: Any) -> SecretText | None:
        return answer and SecretText(answer["SecretString"])
