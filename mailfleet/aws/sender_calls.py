"""The calls that make the IAM user that relays authenticate as, and keep its credential."""

import json

from pyinfra.api.hiddenvalue import HiddenValue

from mailfleet.aws.call import AwsCall
from mailfleet.aws.identity_calls import Calls
from mailfleet.credential import Credential
from mailfleet.ses.sender import POLICY_DOCUMENT, POLICY_NAME, credential_text
from mailfleet.ses.settings import TAG


def create_user(user: str, fleet: str) -> AwsCall:
    return AwsCall(
        "iam",
        "CreateUser",
        {"UserName": user, "Tags": [{"Key": TAG, "Value": fleet}]},
        repeated=("EntityAlreadyExists",),
    )


def delete_key(user: str, key_id: str) -> AwsCall:
    return AwsCall(
        "iam",
        "DeleteAccessKey",
        {"UserName": user, "AccessKeyId": key_id},
        repeated=("NoSuchEntity",),
    )


def put_policy(user: str) -> AwsCall:
    """Let the user send, and nothing else."""
    return AwsCall(
        "iam",
        "PutUserPolicy",
        {
            "UserName": user,
            "PolicyName": POLICY_NAME,
            "PolicyDocument": json.dumps(POLICY_DOCUMENT),
        },
    )


def store(credential: Credential, name: str, region: str) -> Calls:
    """Keep the credential under that name, whether or not there was one before."""
    text = HiddenValue(credential_text(credential))  # type: ignore[no-untyped-call]
    create = AwsCall(
        "secretsmanager",
        "CreateSecret",
        {"Name": name, "SecretString": text},
        region=region,
        absent=("ResourceExistsException",),
    )
    yield create
    if create.response is None:
        yield AwsCall(
            "secretsmanager",
            "PutSecretValue",
            {"SecretId": name, "SecretString": text},
            region=region,
        )
