"""What the operator may do, who signs the calls: an IAM policy that the lab enforces when told.

"Actions, resources, and condition keys for AWS services", Service Authorization Reference, says
which action a call needs, and on which resource. moto's IAM judges.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends

from lab.aws.errors import ApiError
from lab.aws.wire import Call

# What a call needs beside its own action when it has tags to give
TAGGING = {
    "iam:CreateUser": "iam:TagUser",
    "ses:CreateConfigurationSet": "ses:TagResource",
    "ses:CreateDedicatedIpPool": "ses:TagResource",
    "ses:CreateEmailIdentity": "ses:TagResource",
}
REPLICATING = "ses:ReplicateEmailIdentityDKIMSigningKey"
"""what a call needs beside its own action when it names another region's identity as the origin of
its keys ("Using Deterministic Easy DKIM (DEED) in Amazon SES")"""
_PREFIXES = {"resourcegroupstaggingapi": "tag", "sesv2": "ses"}
NO_PERMISSION_NEEDED = {"sts:GetCallerIdentity"}


def action(service: str, operation: str) -> str:
    """The IAM action of a call: both APIs of SES have one prefix."""
    return f"{_PREFIXES.get(service, service)}:{operation}"


def check(policy: Mapping[str, Any], call: Call, parameters: Mapping[str, Any]) -> None:
    """Raises ApiError unless the policy allows the call."""
    judge = IAMPolicy(json.dumps(policy))
    resource = resource_of(call, parameters)
    for needed in _actions(call, parameters):
        if judge.is_action_permitted(needed, resource) != PermissionResult.PERMITTED:
            code = "AccessDenied" if call.service in ("iam", "route53") else "AccessDeniedException"
            message = f"User is not authorized to perform: {needed} on resource: {resource}"
            raise ApiError(code, message, 403)


def resource_of(call: Call, parameters: Mapping[str, Any]) -> str:
    """The ARN that a statement's Resource must match; `*` where AWS knows no narrower one."""
    account, region = DEFAULT_ACCOUNT_ID, call.region
    match call.service, parameters:
        case _, {"ResourceArn": str(arn)}:
            return arn
        case "iam", {"UserName": name}:
            return f"arn:aws:iam::{account}:user/{name}"
        case "iam", {"AccessKeyId": key}:
            return _owner_of(str(key))
        case "secretsmanager", {"SecretId": name} | {"Name": name}:
            # AWS adds a hyphen and six characters to the name
            return f"arn:aws:secretsmanager:{region}:{account}:secret:{name}-AbCdEf"
        case "sesv2", {"EmailIdentity": name}:
            return f"arn:aws:ses:{region}:{account}:identity/{name}"
        case "sesv2", {"ConfigurationSetName": name}:
            return f"arn:aws:ses:{region}:{account}:configuration-set/{name}"
        case "sesv2", {"PoolName": name}:
            return f"arn:aws:ses:{region}:{account}:dedicated-ip-pool/{name}"
        case "route53", {"HostedZoneId": zone} | {"Id": zone} if call.operation != "GetChange":
            return f"arn:aws:route53:::hostedzone/{str(zone).rpartition('/')[2]}"
    return "*"


def _owner_of(key: str) -> str:
    users = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].users.values()
    owns = (user for user in users if any(k.access_key_id == key for k in user.access_keys))
    return next((str(user.arn) for user in owns), "*")


def _actions(call: Call, parameters: Mapping[str, Any]) -> Iterator[str]:
    needed = action(call.service, call.operation)
    if needed not in NO_PERMISSION_NEEDED:
        yield needed
    if needed in TAGGING and parameters.get("Tags"):
        yield TAGGING[needed]
    signing = parameters.get("DkimSigningAttributes", {})
    origin = signing.get("DomainSigningAttributesOrigin", parameters.get("SigningAttributesOrigin"))
    if str(origin).startswith("AWS_SES_"):
        yield REPLICATING
