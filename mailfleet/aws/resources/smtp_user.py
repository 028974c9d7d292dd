"""The IAM user that relays authenticate as in a region, its policy, its key and its credential.

One resource, for they depend on each other: a key's secret is seen once, when it is made.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mailfleet.aws.inventory_accounts import missing_relays
from mailfleet.aws.read import read_smtp_user
from mailfleet.aws.reader import Reader
from mailfleet.aws.repeated_writes import lost_keys
from mailfleet.aws.rotation_plan import rotation_note
from mailfleet.aws.smtp_password import smtp_password
from mailfleet.aws.smtp_user import (
    POLICY_NAME,
    SmtpUser,
    credential_text,
    secret_name,
    smtp_user_notes,
    smtp_user_things,
    user_name,
)
from mailfleet.aws.smtp_user_policy import policy_note
from mailfleet.credential import Credential
from mailfleet.plan.call import AwsCall, SecretValue
from mailfleet.plan.resource import Commands, Failure, Step, Thing, Values
from mailfleet.plan.stages import REVOCATIONS, SMTP_USERS
from mailfleet.policy import Ses


@dataclass(frozen=True)
class SmtpUserPlan:
    """`all_relays`: whether the run reaches every relay, without which the user loses nothing.
    `missing` are those that it has not reached by now."""

    fleet: str
    region: str
    found: SmtpUser
    all_relays: bool
    missing: Callable[[], Sequence[str]]
    more_notes: Sequence[str] = ()

    @property
    def user(self) -> str:
        return user_name(self.fleet, self.region)

    @property
    def secret(self) -> str:
        return secret_name(self.fleet, self.region)

    def things(self, values: Values) -> Iterator[Thing]:
        return smtp_user_things(self.user, self.secret, self.found, self.all_relays)

    def notes(self) -> Iterator[str]:
        yield from smtp_user_notes(self.user, self.found, self.all_relays)
        yield from self.more_notes

    def steps(self) -> Iterator[Step]:
        yield Step(SMTP_USERS, self._make)
        if self.all_relays and self.found.first_policy != self.found.desired:
            yield Step(REVOCATIONS, self._revoke)

    def _make(self, values: Values) -> Commands:
        if self.found.keys is None:
            tags = [{"Key": "mailfleet", "Value": self.fleet}]
            yield AwsCall(
                "iam",
                "CreateUser",
                {"UserName": self.user, "Tags": tags},
                repeated=("EntityAlreadyExists",),
            )
        if self.found.policy != self.found.first_policy:
            yield put_policy(self.user, self.found.first_policy)
        for key in self.found.orphans:
            # first, because a user may have two keys at most
            yield delete_key(self.user, key.id)
        if self.found.credential is None:
            yield from self._make_key()

    def _make_key(self) -> Commands:
        call = create_key(self.user)
        yield call
        credential = credential_of(call, self.region)
        yield from store(credential, self.secret, self.region)
        if call.attempts > 1:
            for lost in (yield from lost_keys(self.user, {credential.username})):
                yield delete_key(self.user, lost)

    def _revoke(self, values: Values) -> Commands:
        """Take from the user what it no longer needs, once every relay is as the policy says."""
        if missing := self.missing():
            yield Failure(
                f"pending: the IAM user still may do what {', '.join(missing)} may need: run the "
                "deploy again"
            )
            return
        yield put_policy(self.user, self.found.desired)


def read(reader: Reader, ses: Ses) -> Iterator[SmtpUserPlan]:
    fleet, host = reader.mail.fleet, reader.host
    user, found = user_name(fleet, ses.region), read_smtp_user(host, reader.mail, ses)
    wide = policy_note(reader.mail, ses, user)
    notes = [*rotation_note(user, found), *([wide] if wide else [])]
    missing = partial(missing_relays, host)
    yield SmtpUserPlan(fleet, ses.region, found, not missing(), missing, notes)


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


def store(credential: Credential, name: str, region: str) -> Commands:
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
