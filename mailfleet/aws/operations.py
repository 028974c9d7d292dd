"""Carrying out an account's plan. Each operation is given what was read when it was planned."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyinfra.api.operation import operation

from mailfleet.aws.command import for_pyinfra
from mailfleet.aws.dkim import created_with
from mailfleet.aws.identity_calls import (
    create_identity,
    setting_calls,
)
from mailfleet.aws.identity_facts import get_identity
from mailfleet.aws.lost_answers import refuse_foreign
from mailfleet.aws.publication import published
from mailfleet.aws.record_calls import change_zone, in_sync
from mailfleet.dns.threshold import check_threshold
from mailfleet.plan.call import AwsCall
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Commands, Failure
from mailfleet.ses.dkim import EASY
from mailfleet.ses.domains import SendingDomain, zone_changes
from mailfleet.ses.identity import from_ses
from mailfleet.ses.leaving import LeavingIdentity
from mailfleet.ses.sending_identity import SendingIdentity

Made = dict[str, SendingIdentity]
"""Identities that this run has made or given other keys, by id: what their records and settings
then follow from."""


@operation()
@for_pyinfra
def identities(identities: Sequence[SendingIdentity], fleet: str, made: Made) -> Commands:
    """Create the missing identities; what SES answers goes to `made`."""
    for identity in (made.get(planned.id, planned) for planned in identities):
        if identity.found is None:
            signing = yield from created_with(identity)
            call = create_identity(identity, fleet, signing)
            yield call
            lost = call.unanswered
            if lost or (call.response and not tells_records(call.response, identity)):
                call = get_identity(identity.name, identity.region, fresh=True)
                yield call
            if call.response:  # there is none while pyinfra only asks whether anything changes
                found = from_ses(call.response)
                made[identity.id] = identity.created(found)
                if lost:
                    yield from refuse_foreign(identity.id, found, fleet)


def tells_records(answer: dict[str, Any], identity: SendingIdentity) -> bool:
    """Whether CreateEmailIdentity has said all that a domain's DKIM records are made of."""
    dkim = identity.wanted.dkim
    return not dkim or dkim.origin != EASY or "SigningHostedZone" in answer["DkimAttributes"]


@operation()
@for_pyinfra
def leave(identities: Sequence[LeavingIdentity]) -> Commands:
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
@for_pyinfra
def records(
    domains: Sequence[SendingDomain], made: Made, undo_dir: str, many_changes: bool, within: int
) -> Commands:
    """Make each zone's records so, in as few batches as Route 53 allows; then wait, `within`
    seconds at most, until Route 53 and its name servers have them. A batch fails whole when
    somebody has changed one of its record sets. The undo of each is in `undo_dir`."""
    try:
        zones = zone_changes(domain.updated(made) for domain in domains)
        for zone in zones if not many_changes else ():
            check_threshold(zone.zone, zone.records, zone.changes)
    except PlanError as reason:
        yield Failure(str(reason))
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
@for_pyinfra
def settings(
    identities: Sequence[SendingIdentity], fleet: str, caller: str, made: Made
) -> Commands:
    """Set what differs of the identities: last, for SES looks at the records when it is set."""
    for identity in identities:
        yield from setting_calls(made.get(identity.id, identity), fleet, caller)
