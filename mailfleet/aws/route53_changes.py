"""The calls that change a hosted zone, and see the change through."""

import time
from collections.abc import Generator, Sequence
from pathlib import Path

from mailfleet.aws.domain_plan import ZoneChanges
from mailfleet.aws.facts import list_record_sets
from mailfleet.aws.undo import undo_file
from mailfleet.dns.batches import Batch, batches, change_batch, moved
from mailfleet.dns.records import RecordSet, from_route53
from mailfleet.dns.zone import HostedZone
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Command, Failure

Commands = Generator[Command, None, bool]
"""The commands of a step; whether the next step may follow."""

POLL_EVERY = 2  # seconds


def change_zone(changes: ZoneChanges, undo_dir: Path, sent: list[str]) -> Commands:
    """Send a zone's batches; the ids of the changes that Route 53 has begun go to `sent`."""
    zone = changes.zone
    for batch in batches(changes.domains.values()):
        yield undo_file(undo_dir, zone, batch)
        call = AwsCall(
            "route53",
            "ChangeResourceRecordSets",
            {"HostedZoneId": zone.id, "ChangeBatch": change_batch(batch)},
            absent=("InvalidChangeBatch",),
            account=zone.account,
        )
        yield call
        if not call.answered:
            sent.append("")  # while the calls are only counted
        elif call.response is None:
            read = list_record_sets(zone.id, fresh=True, account=zone.account)
            yield read
            now = [from_route53(record) for record in read.response]
            if not done(batch, now):
                yield Failure(not_changed(zone, batch, str(call.error), now))
                return False
        else:
            sent.append(call.response["ChangeInfo"]["Id"])
    return True


def done(batch: Batch, now: Sequence[RecordSet]) -> bool:
    """Whether all is written after all: the answer was lost, and boto3 had to send it again."""
    zone = {record.id: record for record in now}
    return all(zone.get(change.id) == change.after for change in batch)


def not_changed(zone: HostedZone, batch: Batch, error: str, now: Sequence[RecordSet]) -> str:
    """Why a batch was refused: what somebody has changed since the plan, or what AWS says."""
    told = moved(batch, now)
    why = f"{'; '.join(told)}: look at a new plan ({error})" if told else error
    return f"zone {zone.name} is as it was, nothing of this batch was written: {why}"


def in_sync(zone: HostedZone, sent: Sequence[str], within: float) -> Commands:
    """Wait until Route 53 says that all of its name servers have these changes ("GetChange")."""
    deadline = time.monotonic() + within
    for change in sent:
        while True:
            call = AwsCall("route53", "GetChange", {"Id": change}, fresh=True, account=zone.account)
            yield call
            if call.response is None or call.response["ChangeInfo"]["Status"] == "INSYNC":
                break
            if time.monotonic() >= deadline:
                yield Failure(
                    f"pending: after {within:g} s Route 53 says that the changes of {zone.name} "
                    "are PENDING, expected INSYNC: run the deploy again, it goes on from there"
                )
                return False
            time.sleep(POLL_EVERY)
    return True
