"""Carrying out an account's plan. Each operation is given what was read when it was planned."""

from collections.abc import Sequence
from typing import Any

from pyinfra.api.operation import operation

from mailfleet.aws.call import AwsCall
from mailfleet.aws.identity_calls import (
    create_identity,
    setting_calls,
)
from mailfleet.aws.identity_facts import get_identity
from mailfleet.aws.lost_answers import (
    Commands,
    lost_keys,
    refuse_changed,
    refuse_foreign,
)
from mailfleet.aws.sender_calls import create_user, delete_key, put_policy, store
from mailfleet.credential import Credential
from mailfleet.dns.changes import RecordChange, batches, change_batch
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.identity import Identity, from_ses
from mailfleet.ses.sender import (
    POLICY_DOCUMENT,
    Sender,
    secret_name,
    user_name,
)
from mailfleet.ses.sending_identity import SendingIdentity
from mailfleet.ses.smtp_password import smtp_password

Made = dict[str, Identity]
"""Identities that this run has made, by id: what their records and settings then follow from."""


@operation()
def identities(identities: Sequence[SendingIdentity], fleet: str, made: Made) -> Commands:
    """Create the missing identities; what SES answers goes to `made`."""
    for identity in identities:
        if identity.found is None:
            call = create_identity(identity, fleet)
            yield call
            lost = call.unanswered
            if lost or (call.response and not tells_records(call.response, identity)):
                call = get_identity(identity.name, identity.region, fresh=True)
                yield call
            if call.response:  # there is none while pyinfra only asks whether anything changes
                made[identity.id] = from_ses(call.response)
                if lost:
                    yield from refuse_foreign(identity.id, made[identity.id], fleet)


def tells_records(answer: dict[str, Any], identity: SendingIdentity) -> bool:
    """Whether CreateEmailIdentity has said all that a domain's DKIM records are made of."""
    return identity.is_address or "SigningHostedZone" in answer["DkimAttributes"]


@operation()
def records(domains: Sequence[SendingDomain], made: Made) -> Commands:
    """Make each zone's records so, in as few batches as Route 53 allows. A batch fails whole when
    somebody has changed one of its record sets."""
    by_zone: dict[str, list[RecordChange]] = {}
    for domain in domains:
        by_zone.setdefault(domain.zone.id, []).extend(domain.created(made).record_changes)
    for zone_id, changes in by_zone.items():
        for batch in batches(changes):
            call = AwsCall(
                "route53",
                "ChangeResourceRecordSets",
                {"HostedZoneId": zone_id, "ChangeBatch": change_batch(batch)},
                repeated=("InvalidChangeBatch",),
            )
            yield call
            if call.unanswered:
                yield from refuse_changed(zone_id, batch)


@operation()
def settings(identities: Sequence[SendingIdentity], fleet: str, made: Made) -> Commands:
    """Set what differs of the identities: last, for SES looks at the records when it is set."""
    for identity in identities:
        known = identity.created(made[identity.id]) if identity.id in made else identity
        yield from setting_calls(known, fleet)


@operation()
def sender(sender: Sender, fleet: str, region: str) -> Commands:
    """Make the IAM user that relays authenticate as, and its credential in Secrets Manager."""
    user = user_name(fleet, region)
    if sender.keys is None:
        yield create_user(user, fleet)
    if sender.policy != POLICY_DOCUMENT:
        yield put_policy(user)
    for key in sender.orphans:
        # first, because a user may have two keys at most
        yield delete_key(user, key.id)
    if sender.credential is None:
        call = AwsCall("iam", "CreateAccessKey", {"UserName": user})
        yield call
        key = call.response["AccessKey"]
        password = smtp_password(key["SecretAccessKey"], region)
        credential = Credential(key["AccessKeyId"], password)
        yield from store(credential, secret_name(fleet, region), region)
        if call.attempts > 1:
            for lost in (yield from lost_keys(user, {credential.username})):
                yield delete_key(user, lost)
