"""What there is in an account before a policy is deployed, and what people do to it by hand."""

from collections.abc import Callable
from typing import Any

import boto3

from tests.aws.furnished import furnish
from tests.support.cloud import REGION
from tests.support.whole_account import SECOND

OTHER = "210987654321"


def identity(local_part: str = "") -> Callable[[Any], None]:
    """Somebody else's SES identity of the domain, or of an address of it."""

    def start(fleet: Any) -> None:
        ses = fleet.cloud.client("sesv2")
        ses.create_email_identity(EmailIdentity=f"{local_part}{fleet.domain}")

    return start


def record(label: str, type_: str, *values: str) -> Callable[[Any], None]:
    """A record set in the domain's zone, whatever was there."""

    def start(fleet: Any) -> None:
        wanted = {
            "Name": f"{label}.{fleet.domain}.".lstrip("."),
            "Type": type_,
            "TTL": 60,
            "ResourceRecords": [{"Value": value} for value in values],
        }
        change(fleet, [("UPSERT", wanted)])

    return start


def change(fleet: Any, changes: list[tuple[str, Any]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": wanted} for action, wanted in changes]
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id, ChangeBatch={"Changes": batch}
    )


def no_records(fleet: Any) -> None:
    """All records are gone but the zone's own."""
    there = [found for found in fleet.records() if found["Type"] not in ("NS", "SOA")]
    change(fleet, [("DELETE", found) for found in there])


def no_mail_from(fleet: Any) -> None:
    ses = fleet.cloud.client("sesv2")
    ses.put_email_identity_mail_from_attributes(EmailIdentity=fleet.domain)


def untagged(fleet: Any) -> None:
    arn = f"arn:aws:ses:{REGION}:123456789012:identity/{fleet.domain}"
    ses = fleet.cloud.client("sesv2")
    ses.untag_resource(ResourceArn=arn, TagKeys=["mailfleet-settings"])


def no_key(fleet: Any) -> None:
    key = fleet.stored()["username"]
    fleet.cloud.client("iam").delete_access_key(UserName=fleet.user, AccessKeyId=key)


def spoilt_secret(fleet: Any) -> None:
    secrets = fleet.cloud.client("secretsmanager")
    secrets.put_secret_value(SecretId=fleet.secret, SecretString="nothing")


def user_with_key(fleet: Any) -> None:
    """The IAM user is there, with a key that nobody knows and a policy that allows too much."""
    iam = fleet.cloud.client("iam")
    iam.create_user(UserName=fleet.user)
    iam.create_access_key(UserName=fleet.user)


def second_zone(fleet: Any) -> None:
    """Another hosted zone of that name; the first one is the policy's."""
    route53 = fleet.cloud.client("route53")
    route53.create_hosted_zone(Name=fleet.domain, CallerReference=f"{fleet.domain} again")


def other_account(fleet: Any) -> None:
    """The inventory has the account @aws/dns, too, with a zone for its own domain."""
    name = f"dns-{fleet.domain}"
    session = boto3.Session(aws_access_key_id=f"AKIALAB{OTHER}", aws_secret_access_key="lab")
    route53 = session.client("route53", region_name=REGION, endpoint_url=fleet.cloud.url)
    route53.create_hosted_zone(Name=name, CallerReference=name)
    fleet.add_account("dns", f"AKIALAB{OTHER}")


def sets(fleet: Any) -> None:
    """A configuration set and a dedicated IP pool of somebody else's."""
    ses = fleet.cloud.client("sesv2")
    ses.create_configuration_set(ConfigurationSetName=f"{fleet.name}-old")
    ses.create_dedicated_ip_pool(PoolName=f"{fleet.name}-old")


def sandbox(fleet: Any) -> None:
    fleet.cloud.control.set_ses_account(
        SECOND, production=False, max_24_hour_send=200, max_send_rate=1
    )


def furnished(fleet: Any) -> None:
    """Something of everything, and a policy that asks for everything."""
    furnish(fleet)
