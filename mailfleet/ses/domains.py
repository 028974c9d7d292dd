"""What a domain needs before it can send: its identity at SES, and its records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailfleet.dns.changes import RecordChange, plan_records, plan_spf, unlisted
from mailfleet.dns.records import RecordSet
from mailfleet.dns.spf import Merge
from mailfleet.dns.wanted import Wanted
from mailfleet.dns.zone import HostedZone
from mailfleet.plan import Change
from mailfleet.ses.identity import Identity, dkim_records, settings_text


@dataclass(frozen=True)
class SendingDomain:
    """A domain as it was read: its identity in the region (or None), its zone and all record
    sets there by id; and what it should publish. Without a region, SES does not send for it."""

    name: str
    region: str | None
    identity: Identity | None
    zone: HostedZone
    records: Mapping[str, RecordSet]
    wanted: Wanted = field(default_factory=Wanted)

    def with_identity(self, identity: Identity) -> "SendingDomain":
        """The domain once SES has said which records it wants."""
        return replace(self, identity=identity)

    @property
    def lacks_identity(self) -> bool:
        return self.region is not None and self.identity is None

    @property
    def verified(self) -> bool:
        """Whether nothing at SES keeps it from sending as the policy says."""
        return self.region is None or (self.identity is not None and self.identity.verified)

    @property
    def desired(self) -> tuple[RecordSet, ...]:
        """The record sets that should be there and are the domain's alone; its SPF record, which
        it shares, is merged."""
        dkim = dkim_records(self.name, self.identity) if self.region else ()
        return (*dkim, *self.wanted.records(self.name, self.records))

    @property
    def record_changes(self) -> tuple[RecordChange, ...]:
        """What the zone lacks. Refusal when something of somebody else's is in the way."""
        return plan_records(self.name, self.desired, self.records, self.wanted.spf)

    @property
    def spf(self) -> Merge:
        """Its TXT record set with the policy's SPF terms in it."""
        return plan_spf(self.name, self.records, self.wanted.spf)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Ids of records of ours that the policy no longer asks for."""
        return unlisted(self.name, self.desired, self.records)


def domain_changes(host: str, domains: Iterable[SendingDomain]) -> Iterator[Change]:
    """The plan of all domains: each one's identity, then its records."""
    for domain in domains:
        if domain.lacks_identity:
            id = f"{domain.region}/{domain.name}"
            yield Change(host, "identity", id, "create", None, settings_text(domain.name))
        for change in domain.record_changes:
            yield Change(
                host,
                "dns record",
                change.id,
                change.action,
                change.before.text if change.before else None,
                change.after.text if change.after else None,
            )
