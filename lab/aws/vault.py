"""What the SMTP end points ask of moto's IAM, Secrets Manager and Parameter Store."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

REGION = "us-east-1"
"""where the lab's secrets and parameters are"""


class AccessKey(NamedTuple):
    id: str
    secret: str
    age: float
    """seconds"""
    user_arn: str
    policies: tuple[dict[str, Any], ...]
    """the user's own, inline and attached, not those of groups"""


def active_key(key_id: str) -> AccessKey | None:
    """The IAM user's active access key with that id."""
    for user in list(iam_backends[DEFAULT_ACCOUNT_ID]["aws"].users.values()):
        for key in user.access_keys:
            if key.access_key_id == key_id and key.status == "Active":
                age = datetime.now(UTC) - key.create_date.replace(tzinfo=UTC)
                policies = tuple(_policies(user))
                return AccessKey(
                    key_id, key.secret_access_key, age.total_seconds(), user.arn, policies
                )
    return None


def note_use(key_id: str, region: str) -> None:
    """What GetAccessKeyLastUsed shows from now on."""
    for user in list(iam_backends[DEFAULT_ACCOUNT_ID]["aws"].users.values()):
        for key in user.access_keys:
            if key.access_key_id == key_id:
                key.last_used = AccessKeyLastUsed(datetime.now(UTC), "ses", region)


def secret_value(name: str) -> str | None:
    """The current value of a secret, or None."""
    backend = secretsmanager_backends[DEFAULT_ACCOUNT_ID][REGION]
    try:
        value: str = backend.get_secret_value(name, "", "AWSCURRENT")["SecretString"]
    except (SecretNotFoundException, KeyError):
        return None
    return value


def parameter_value(name: str) -> str | None:
    """The current value of a parameter of Systems Manager, decrypted, or None."""
    found = ssm_backends[DEFAULT_ACCOUNT_ID][REGION].get_parameter(name)
    return found.decrypt(found.value) if found else None


def ensure(store: str, name: str) -> None:
    """Make the secret ("aws") or the parameter ("ssm") with a random value if it does not exist."""
    if store == "aws" and secret_value(name) is None:
        secretsmanager_backends[DEFAULT_ACCOUNT_ID][REGION].create_secret(
            name=name,
            secret_string=_random(),
            secret_binary=None,
            description=None,
            tags=None,
            kms_key_id=None,
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
    if store == "ssm" and parameter_value(name) is None:
        ssm_backends[DEFAULT_ACCOUNT_ID][REGION].put_parameter(
            name=name,
            description="",
            value=_random(),
            parameter_type="SecureString",
            allowed_pattern="",
            keyid="alias/aws/ssm",
            overwrite=False,
            tags=[],
            data_type="text",
            tier="Standard",
            policies=None,
        )


def _random() -> str:
    return secrets.token_urlsafe(30)


def _policies(user: Any) -> Iterator[dict[str, Any]]:
    for text in user.policies.values():
        yield json.loads(text)
    for policy in user.managed_policies.values():
        yield json.loads(policy.document)
