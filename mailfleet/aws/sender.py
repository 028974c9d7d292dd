"""Making the IAM user that relays authenticate as, and keeping its credential."""

import json
from typing import Any

from pyinfra import host
from pyinfra.api.operation import operation

from mailfleet.aws.command import for_pyinfra
from mailfleet.aws.identity_calls import Calls
from mailfleet.aws.inventory_accounts import missing_relays
from mailfleet.aws.lost_answers import lost_keys
from mailfleet.credential import Credential
from mailfleet.plan.call import AwsCall, SecretValue
from mailfleet.plan.resource import Commands, Failure
from mailfleet.ses.sender import POLICY_NAME, Sender, credential_text, secret_name, user_name
from mailfleet.ses.smtp_password import smtp_password


@operation()
@for_pyinfra
def make(sender: Sender, fleet: str, region: str) -> Commands:
    """Make the IAM user that relays authenticate as, and its credential in Secrets Manager."""
    user = user_name(fleet, region)
    if sender.keys is None:
        tags = [{"Key": "mailfleet", "Value": fleet}]
        yield AwsCall(
            "iam",
            "CreateUser",
            {"UserName": user, "Tags": tags},
            repeated=("EntityAlreadyExists",),
        )
    if sender.policy != sender.first_policy:
        yield put_policy(user, sender.first_policy)
    for key in sender.orphans:
        # first, because a user may have two keys at most
        yield delete_key(user, key.id)
    if sender.credential is None:
        call = create_key(user)
        yield call
        credential = credential_of(call, region)
        yield from store(credential, secret_name(fleet, region), region)
        if call.attempts > 1:
            for lost in (yield from lost_keys(user, {credential.username})):
                yield delete_key(user, lost)


@operation()
@for_pyinfra
def narrow(sender: Sender, fleet: str, region: str) -> Commands:
    """Take from the user what it needs no more, once every relay is as the policy says."""
    if sender.first_policy == sender.wanted:
        return
    missing = missing_relays(host)
    if missing:
        yield Failure(
            f"pending: the IAM user still may do what {', '.join(missing)} may need: run the "
            "deploy again"
        )
        return
    yield put_policy(user_name(fleet, region), sender.wanted)


def put_policy(user: str, document: dict[str, Any]) -> AwsCall:
    """Let the user do this, and nothing else."""
    text = json.dumps(document)
    parameters = {"UserName": user, "PolicyName": POLICY_NAME, "PolicyDocument": text}
    return AwsCall("iam", "PutUserPolicy", parameters)


def create_key(user: str) -> AwsCall:
    return AwsCall("iam", "CreateAccessKey", {"UserName": user})


def delete_key(user: str, key: str) -> AwsCall:
    parameters = {"UserName": user, "AccessKeyId": key}
    return AwsCall("iam", "DeleteAccessKey", parameters, repeated=("NoSuchEntity",))


def credential_of(created: AwsCall, region: str) -> Credential:
    """What the answer to create_key() makes an SMTP credential there."""
    if not created.answered:
        return Credential("", "")  # while the calls are only counted
    key = created.response["AccessKey"]
    return Credential(key["AccessKeyId"], smtp_password(key["SecretAccessKey"], region))


def store(credential: Credential, name: str, region: str) -> Calls:
    """Keep the credential under that name, whether or not there was one before."""
    create = AwsCall(
        "secretsmanager",
        "CreateSecret",
        {"Name": name, "SecretString": hidden(credential)},
        region=region,
        absent=("ResourceExistsException",),
    )
    yield create
    if create.answered and create.response is None:
        yield AwsCall(
            "secretsmanager",
            "PutSecretValue",
            {"SecretId": name, "SecretString": hidden(credential)},
            region=region,
        )


def hidden(credential: Credential) -> SecretValue:
    return SecretValue(credential_text(credential))
