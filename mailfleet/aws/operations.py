"""Carrying out an account's plan. Each operation is given what was read when it was planned."""

import json
from collections.abc import Sequence
from typing import Any

from pyinfra.api.hiddenvalue import HiddenValue
from pyinfra.api.operation import operation

from mailfleet.aws.call import AwsCall
from mailfleet.aws.identity_calls import (
    Calls,
    create_configuration_set,
    create_identity,
    setting_calls,
)
from mailfleet.aws.identity_facts import get_identity
from mailfleet.credential import Credential
from mailfleet.dns.changes import RecordChange, batches, change_batch
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.identity import Identity, from_ses
from mailfleet.ses.sender import (
    POLICY_DOCUMENT,
    POLICY_NAME,
    Sender,
    credential_text,
    secret_name,
    user_name,
)
from mailfleet.ses.sending_identity import SendingIdentity
from mailfleet.ses.smtp_password import smtp_password

Made = dict[str, Identity]
"""Identities that this run has made, by id: what their records and settings then follow from."""


@operation()
def identities(
    identities: Sequence[SendingIdentity], missing_sets: Sequence[str], fleet: str, made: Made
) -> Calls:
    """Create the missing configuration sets and identities; what SES answers goes to `made`."""
    for region, _, name in (id.partition("/") for id in missing_sets):
        yield create_configuration_set(name, region, fleet)
    for identity in identities:
        if identity.found is None:
            call = create_identity(identity, fleet)
            yield call
            if call.response and not tells_records(call.response, identity):
                call = get_identity(identity.name, identity.region, fresh=True)
                yield call
            if call.response:  # there is none while pyinfra only asks whether anything changes
                made[identity.id] = from_ses(call.response)


def tells_records(answer: dict[str, Any], identity: SendingIdentity) -> bool:
    """Whether CreateEmailIdentity has said all that a domain's DKIM records are made of."""
    return identity.is_address or "SigningHostedZone" in answer["DkimAttributes"]


@operation()
def records(domains: Sequence[SendingDomain], made: Made) -> Calls:
    """Make each zone's records so, in as few batches as Route 53 allows. A batch fails whole when
    somebody has changed one of its record sets."""
    by_zone: dict[str, list[RecordChange]] = {}
    for domain in domains:
        by_zone.setdefault(domain.zone.id, []).extend(domain.created(made).record_changes)
    for zone_id, changes in by_zone.items():
        for batch in batches(changes):
            yield AwsCall(
                "route53",
                "ChangeResourceRecordSets",
                {"HostedZoneId": zone_id, "ChangeBatch": change_batch(batch)},
            )


@operation()
def settings(identities: Sequence[SendingIdentity], fleet: str, made: Made) -> Calls:
    """Set what differs of the identities: last, for SES looks at the records when it is set."""
    for identity in identities:
        known = identity.created(made[identity.id]) if identity.id in made else identity
        yield from setting_calls(known, fleet)


@operation()
def sender(sender: Sender, fleet: str, region: str) -> Calls:
    """Make the IAM user that relays authenticate as, and its credential in Secrets Manager."""
    user = user_name(fleet, region)
    if sender.keys is None:
        tags = [{"Key": "mailfleet", "Value": fleet}]
        yield AwsCall("iam", "CreateUser", {"UserName": user, "Tags": tags})
    if sender.policy != POLICY_DOCUMENT:
        yield put_policy(user)
    for key in sender.orphans:
        # first, because a user may have two keys at most
        yield AwsCall("iam", "DeleteAccessKey", {"UserName": user, "AccessKeyId": key.id})
    if sender.credential is None:
        call = AwsCall("iam", "CreateAccessKey", {"UserName": user})
        yield call
        key = call.response["AccessKey"]
        password = smtp_password(key["SecretAccessKey"], region)
        credential = Credential(key["AccessKeyId"], password)
        yield from store(credential, secret_name(fleet, region), region)


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
