"""Carrying out an account's plan. Each operation is given what was read when it was planned."""

from collections.abc import Sequence
from typing import Any

from pyinfra.api.operation import operation

from mailfleet.aws.call import AwsCall
from mailfleet.aws.dkim import created_with
from mailfleet.aws.identity_calls import (
    Calls,
    create_identity,
    setting_calls,
)
from mailfleet.aws.identity_facts import get_identity
from mailfleet.dns.changes import RecordChange, batches, change_batch
from mailfleet.ses.dkim import EASY
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.identity import from_ses
from mailfleet.ses.sending_identity import SendingIdentity

Made = dict[str, SendingIdentity]
"""Identities that this run has made or given other keys, by id: what their records and settings
then follow from."""


@operation()
def identities(identities: Sequence[SendingIdentity], fleet: str, made: Made) -> Calls:
    """Create the missing identities; what SES answers goes to `made`."""
    for identity in (made.get(planned.id, planned) for planned in identities):
        if identity.found is None:
            signing = yield from created_with(identity)
            call = create_identity(identity, fleet, signing)
            yield call
            if call.response and not tells_records(call.response, identity):
                call = get_identity(identity.name, identity.region, fresh=True)
                yield call
            if call.response:  # there is none while pyinfra only asks whether anything changes
                made[identity.id] = identity.created(from_ses(call.response))


def tells_records(answer: dict[str, Any], identity: SendingIdentity) -> bool:
    """Whether CreateEmailIdentity has said all that a domain's DKIM records are made of."""
    dkim = identity.wanted.dkim
    return not dkim or dkim.origin != EASY or "SigningHostedZone" in answer["DkimAttributes"]


@operation()
def records(domains: Sequence[SendingDomain], made: Made) -> Calls:
    """Make each zone's records so, in as few batches as Route 53 allows. A batch fails whole when
    somebody has changed one of its record sets."""
    by_zone: dict[str, list[RecordChange]] = {}
    for domain in domains:
        by_zone.setdefault(domain.zone.id, []).extend(domain.updated(made).record_changes)
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
        yield from setting_calls(made.get(identity.id, identity), fleet)
