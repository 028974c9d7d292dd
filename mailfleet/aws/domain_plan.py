"""What a domain needs before it can send: its identities at SES, and its records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.dns.changes import RecordChange, edited, plan_records, plan_spf, unlisted
from mailfleet.dns.desired import DesiredRecords
from mailfleet.dns.records import RecordSet
from mailfleet.dns.spf import Merge
from mailfleet.plan.resource import Values


@dataclass(frozen=True)
class DomainPlan:
    """A domain as it was read: its zone and all record sets there by id, and its identity in each
    region that it sends from (none, when SES does not send for it); and what the policy wants it
    to publish besides what SES asks for.

    `adopt`: record sets of somebody else's become ours. `remove`: those of ours go that the policy
    does not ask for."""

    name: str
    zone: HostedZone
    records: Mapping[str, RecordSet]
    identities: tuple[IdentityPlan, ...] = ()
    desired: DesiredRecords = field(default_factory=DesiredRecords)
    adopt: bool = False
    remove: bool = False

    def updated(self, values: Values) -> "DomainPlan":
        """The domain once its identities have become so; SES has not found their records yet, so
        that nothing is removed."""
        identities = tuple(values.now(identity) for identity in self.identities)
        remove = self.remove and identities == self.identities
        return replace(self, identities=identities, remove=remove)

    @property
    def unverified(self) -> tuple[IdentityPlan, ...]:
        """The identities whose mail would not go out yet."""
        return tuple(identity for identity in self.identities if not identity.verified)

    @property
    def desired_records(self) -> tuple[RecordSet, ...]:
        """The record sets that should be there and are the domain's alone, in the order in which
        a plan shows them; its SPF record, which it shares, is merged."""
        by_ses = (record for identity in self.identities for record in identity.records)
        every = (*by_ses, *self.desired.records(self.name, self.records, self.adopt))
        return tuple(dict.fromkeys(every))  # regions may share a record

    @property
    def record_changes(self) -> tuple[RecordChange, ...]:
        """What the zone lacks. PlanError when something of somebody else's is in the way."""
        return plan_records(
            self.name,
            self.desired_records,
            self.records,
            self.desired.spf,
            adopt=self.adopt,
            remove=self.removed,
        )

    @property
    def spf(self) -> Merge:
        """Its TXT record set with the policy's SPF terms in it."""
        return plan_spf(self.name, self.records, self.desired.spf)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Ids of records of ours that the policy no longer asks for."""
        return unlisted(self.name, self.desired_records, self.records)

    @property
    def removed(self) -> frozenset[str]:
        """Those of them to delete now: none while SES may use what an earlier policy asked for."""
        settled = all(identity.settled for identity in self.identities)
        return frozenset(self.unlisted) if self.remove and settled else frozenset()

    @property
    def unlisted_notes(self) -> Iterator[str]:
        """What becomes of records of ours that the policy no longer asks for."""
        touched = edited(self.name, self.removed, self.records)
        for id in self.unlisted:
            if id in touched:
                yield (
                    f"{id} was mailfleet's, but has been edited: it stays, and mailfleet no longer "
                    "owns it"
                )
            elif self.remove and id not in self.removed:
                yield f"{id} stays until SES has found what is new: the next deploy deletes it"
            elif id not in self.removed:
                yield (
                    f"{id} is mailfleet's, but the policy no longer asks for it: "
                    "--data remove_unlisted=yes deletes it"
                )


@dataclass(frozen=True)
class ZoneChanges:
    """All that changes in one zone, domain by domain; `records` are those it had."""

    zone: HostedZone
    records: Mapping[str, RecordSet]
    domains: Mapping[str, tuple[RecordChange, ...]]

    @property
    def changes(self) -> tuple[RecordChange, ...]:
        return tuple(change for changes in self.domains.values() for change in changes)


def zone_changes(domains: Iterable[DomainPlan]) -> tuple[ZoneChanges, ...]:
    """The zones in which something changes."""
    by_zone: dict[str, dict[str, tuple[RecordChange, ...]]] = {}
    first: dict[str, DomainPlan] = {}
    for domain in domains:
        if changes := domain.record_changes:
            first.setdefault(domain.zone.id, domain)
            by_zone.setdefault(domain.zone.id, {})[domain.name] = changes
    return tuple(
        ZoneChanges(first[id].zone, first[id].records, inside) for id, inside in by_zone.items()
    )
