"""Carrying out an account's plan. Each operation is given what was read when it was planned."""

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from pyinfra.api.command import PyinfraCommand
from pyinfra.api.hiddenvalue import HiddenValue
from pyinfra.api.operation import operation

from mailfleet.aws.call import AwsCall
from mailfleet.aws.identity_calls import (
    Calls,
    create_identity,
    setting_calls,
)
from mailfleet.aws.identity_facts import get_identity
from mailfleet.aws.publication import published
from mailfleet.aws.record_calls import change_zone, in_sync
from mailfleet.commands import Refuse
from mailfleet.credential import Credential
from mailfleet.dns.threshold import check_threshold
from mailfleet.refusal import Refusal
from mailfleet.ses.domains import SendingDomain, zone_changes
from mailfleet.ses.identity import Identity, from_ses
from mailfleet.ses.leaving import LeavingIdentity
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
def identities(identities: Sequence[SendingIdentity], fleet: str, made: Made) -> Calls:
    """Create the missing identities; what SES answers goes to `made`."""
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
def leave(identities: Sequence[LeavingIdentity]) -> Calls:
    """Delete the identities of absent domains that are ours, before their records: SES then takes
    no mail any more that receivers would not find the key of."""
    for identity in identities:
        if identity.ours:
            yield AwsCall(
                "sesv2",
                "DeleteEmailIdentity",
                {"EmailIdentity": identity.name},
                region=identity.region,
                absent=("NotFoundException",),
            )


@operation()
def records(
    domains: Sequence[SendingDomain], made: Made, undo_dir: str, many_changes: bool, within: int
) -> Generator[PyinfraCommand, None, None]:
    """Make each zone's records so, in as few batches as Route 53 allows; then wait, `within`
    seconds at most, until Route 53 and its name servers have them. A batch fails whole when
    somebody has changed one of its record sets. The undo of each is in `undo_dir`."""
    try:
        zones = zone_changes(domain.created(made) for domain in domains)
        for zone in zones if not many_changes else ():
            check_threshold(zone.zone, zone.records, zone.changes)
    except Refusal as reason:
        yield Refuse(str(reason))
        return
    sent: dict[str, list[str]] = {zone.zone.id: [] for zone in zones}
    for zone in zones:
        if not (yield from change_zone(zone, Path(undo_dir), sent[zone.zone.id])):
            return
    for zone in zones:
        if not (yield from in_sync(zone.zone, sent[zone.zone.id], within)):
            return
        if not (yield from published(zone, within)):
            return


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
