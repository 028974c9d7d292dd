"""All that a fleet has in the emulated account: to compare what two deploys made."""

import json
import re
from contextlib import suppress
from typing import Any

from tests.support.cloud import REGION, Cloud

SECOND = "ap-northeast-1"  # whose account settings no other test looks at
_TOKEN = re.compile(r"\b[a-z0-9]{32}\b")
_DIGEST = re.compile(r' [0-9a-f]{8}(?=\\")')  # of a record set, in the ownership record
_STAMP = re.compile(r'"[0-9a-f]{16}"')  # of settings, in an identity's tag


def everything_of(cloud: Cloud, domain: str, fleet: str) -> str:
    """Identities, records, users and secrets as JSON, with nothing in it that differs between two
    fleets of the same policy: their names are D and F, DKIM tokens are TOKEN."""
    found = {
        "identities": [_identities(cloud, domain, region) for region in (REGION, SECOND)],
        "sets": [_configuration_sets(cloud, fleet, region) for region in (REGION, SECOND)],
        "account": _without_metadata(cloud.client("sesv2", SECOND).get_account()),
        "records": _records(cloud, domain),
        "users": _users(cloud, fleet),
    }
    text = json.dumps(found, default=str)
    for name, short in ((domain, "D"), (fleet, "F")):
        text = re.sub(rf"\b{re.escape(name)}\b", short, text)
    text = _STAMP.sub('"STAMP"', _DIGEST.sub(" DIGEST", _TOKEN.sub("TOKEN", text)))
    plain: dict[str, Any] = json.loads(text)
    for record in plain["records"]:
        record["ResourceRecords"].sort(key=str)
    plain["records"].sort(key=str)
    return json.dumps(plain, indent=1)


def _identities(cloud: Cloud, domain: str, region: str) -> dict[str, Any]:
    ses = cloud.client("sesv2", region)
    names = [one["IdentityName"] for one in ses.list_email_identities()["EmailIdentities"]]
    found = {}
    for name in sorted(name for name in names if name.endswith(domain)):
        identity = ses.get_email_identity(EmailIdentity=name)
        for vague in ("ResponseMetadata", "VerificationInfo"):
            identity.pop(vague, None)
        identity["DkimAttributes"].pop("LastKeyGenerationTimestamp", None)
        found[name] = identity
    return found


def _configuration_sets(cloud: Cloud, fleet: str, region: str) -> list[dict[str, Any]]:
    """Those of the fleet, and the dedicated IP pools of the same names."""
    ses = cloud.client("sesv2", region)
    found = []
    for name in (fleet, f"{fleet}-old"):
        with suppress(ses.exceptions.NotFoundException):
            found.append(_without_metadata(ses.get_configuration_set(ConfigurationSetName=name)))
        with suppress(ses.exceptions.NotFoundException):
            found.append(_without_metadata(ses.get_dedicated_ip_pool(PoolName=name)))
    return found


def _without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def _records(cloud: Cloud, domain: str) -> list[dict[str, Any]]:
    route53 = cloud.client("route53")
    zone = route53.list_hosted_zones_by_name(DNSName=domain)["HostedZones"][0]
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["Id"])
    every = [record for page in pages for record in page["ResourceRecordSets"]]
    return [record for record in every if record["Type"] not in ("NS", "SOA")]


def _users(cloud: Cloud, fleet: str) -> dict[str, Any]:
    """Each user's policies, how many keys it has, and whether it is these that are stored."""
    iam = cloud.client("iam")
    users = {}
    for region in (REGION, SECOND):
        name = f"{fleet}-smtp-{region}"
        secret = cloud.client("secretsmanager", region).get_secret_value(
            SecretId=f"{fleet}/smtp/{region}"
        )
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        stored = json.loads(secret["SecretString"])["username"]
        users[name] = {
            "policies": {
                policy: iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"]
                for policy in iam.list_user_policies(UserName=name)["PolicyNames"]
            },
            "keys": len(keys),
            "stored": [key["AccessKeyId"] == stored for key in keys],
        }
    return users
