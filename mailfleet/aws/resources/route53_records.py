"""The record sets of hosted zones in Route 53: zones are sent together and waited for together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailfleet.aws.domain_plan import DomainPlan, ZoneChanges, zone_changes
from mailfleet.aws.read import domains
from mailfleet.aws.reader import Reader
from mailfleet.aws.route53_changes import change_zone, in_sync
from mailfleet.aws.wait_for_dns import published
from mailfleet.dns.threshold import check_threshold
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
                check_threshold(zone.zone, zone.records, zone.changes)
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
