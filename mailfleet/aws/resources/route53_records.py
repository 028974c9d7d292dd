"""The record sets of hosted zones in Route 53: zones are sent together and waited for together."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailfleet.aws.domain_plan import DomainPlan, ZoneChanges, zone_changes
from mailfleet.aws.facts import list_record_sets
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.read import domains
from mailfleet.aws.reader import Reader
from mailfleet.aws.route53 import Batch, batches, change_batch, from_route53, moved
from mailfleet.aws.undo import undo_file
from mailfleet.aws.wait_for_dns import POLL_EVERY, Succeeds, published
from mailfleet.dns.records import RecordSet
from mailfleet.dns.threshold import check_threshold
from mailfleet.plan.call import AwsCall
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Commands, Failure, Resource, Step, Thing, Values
from mailfleet.plan.stages import RECORDS
from mailfleet.run.options import MANY_CHANGES, UNDO_DIR


@dataclass(frozen=True)
class Route53Records(Resource):
    """The records of these domains. The undo of each batch goes to `undo_dir`; `many_changes`:
    whether much of a zone may change; `within` are seconds to wait until all servers have them."""

    domains: Sequence[DomainPlan]
    undo_dir: str
    many_changes: bool
    within: int

    def things(self, values: Values) -> Iterator[Thing]:
        """PlanError when something of somebody else's is in the way."""
        for domain in self._now(values):
            for change in domain.record_changes:
                yield Thing(
                    "dns record",
                    change.id,
                    change.before.text if change.before else None,
                    change.after.text if change.after else None,
                    group=domain.name,
                )

    def steps(self) -> Iterator[Step]:
        yield Step(RECORDS, self._change)

    def _now(self, values: Values) -> list[DomainPlan]:
        return [domain.updated(values) for domain in self.domains]

    def _change(self, values: Values) -> Commands:
        """In as few batches as Route 53 allows; then wait until Route 53 and its name servers have
        them. A batch fails as a unit when somebody has changed one of its record sets."""
        try:
            zones = zone_changes(self._now(values))
            for zone in zones if not self.many_changes else ():
                check_threshold(zone.zone.name, zone.zone.id, zone.records, zone.changes)
        except PlanError as reason:
            yield Failure(str(reason))
            return
        yield from self._send(zones)

    def _send(self, zones: Sequence[ZoneChanges]) -> Commands:
        sent: dict[str, list[str]] = {zone.zone.id: [] for zone in zones}
        for zone in zones:
            if not (yield from change_zone(zone, Path(self.undo_dir), sent[zone.zone.id])):
                return
        for zone in zones:
            if not (yield from in_sync(zone.zone, sent[zone.zone.id], self.within)):
                return
            if not (yield from published(zone, self.within)):
                return


def read(reader: Reader) -> Iterator[Route53Records]:
    yield Route53Records(
        reader.once(domains),
        UNDO_DIR.of(reader.host),
        MANY_CHANGES.of(reader.host),
        reader.mail.gate.published_within,
    )


def change_zone(changes: ZoneChanges, undo_dir: Path, sent: list[str]) -> Succeeds:
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


def in_sync(zone: HostedZone, sent: Sequence[str], within: float) -> Succeeds:
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
