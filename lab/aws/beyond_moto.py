"""Where AWS differs from moto, in services that moto answers for."""

from __future__ import annotations

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from werkzeug.wrappers import Request

from lab.aws.errors import ApiError
from lab.aws.wire import Call

INLINE = 2048


def check(call: Call, request: Request) -> None:
    """What AWS refuses and moto takes. Raises ApiError."""
    if (call.service, call.operation) == ("iam", "PutUserPolicy"):
        _check_inline_size(request.form)


def settle(call: Call) -> None:
    """What moto forgets to change."""
    if (call.service, call.operation) == ("secretsmanager", "UpdateSecretVersionStage"):
        _follow_the_label(call.region)


def _check_inline_size(asked: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline
    policies of a user together, without white space."""
    name = asked["UserName"]
    user = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].users.get(name)
    kept = dict(user.policies) if user else {}
    texts = (kept | {asked["PolicyName"]: asked["PolicyDocument"]}).values()
    if sum(len("".join(text.split())) for text in texts) > INLINE:
        message = f"Maximum policy size of {INLINE} bytes exceeded for user {name}"
        raise ApiError("LimitExceeded", message, 409)


def _follow_the_label(region: str) -> None:
    """The version that is got, and that the next one follows, is the one labelled AWSCURRENT:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html"""
    for secret in secretsmanager_backends[DEFAULT_ACCOUNT_ID][region].secrets.values():
        assert isinstance(secret, FakeSecret)  # noqa: S101  we make no replicas
        for version, found in secret.versions.items():
            if "AWSCURRENT" in found["version_stages"]:
                secret.default_version_id = version
