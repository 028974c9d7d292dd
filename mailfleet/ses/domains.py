"""What a domain needs before it can send: its identities at SES, and its records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailfleet.dns.changes import RecordChange, plan_records, plan_spf, unlisted
from mailfleet.dns.records import RecordSet
from mailfleet.dns.spf import Merge
from mailfleet.dns.wanted import Wanted
from mailfleet.dns.zone import HostedZone
from mailfleet.plan import Change
from mailfleet.ses.identity import Identity
from mailfleet.ses.sending_identity import SendingIdentity, identity_changes


@dataclass(frozen=True)
class SendingDomain:
    """A domain as it was read: its zone and all record sets there by id, and its identity in each
    region that it sends from (none, when SES does not send for it); beside what it should
    publish."""

    name: str
    zone: HostedZone
    records: Mapping[str, RecordSet]
    identities: tuple[SendingIdentity, ...] = ()
    publishes: Wanted = field(default_factory=Wanted)

    def created(self, made: Mapping[str, Identity]) -> "SendingDomain":
        """The domain once SES has made those of its identities, by id."""
        identities = (
            identity.created(made[identity.id]) if identity.id in made else identity
            for identity in self.identities
        )
        return replace(self, identities=tuple(identities))

    @property
    def unverified(self) -> tuple[SendingIdentity, ...]:
        """The identities whose mail would not go out yet."""
        return tuple(identity for identity in self.identities if not identity.verified)

    @property
    def desired(self) -> tuple[RecordSet, ...]:
        """The record sets that should be there and are the domain's alone, in the order in which
        a plan shows them; its SPF record, which it shares, is merged."""
        by_ses = (record for identity in self.identities for record in identity.records)
        every = (*by_ses, *self.publishes.records(self.name, self.records))
        return tuple(dict.fromkeys(every))  # regions may share a record

    @property
    def record_changes(self) -> tuple[RecordChange, ...]:
        """What the zone lacks. Refusal when something of somebody else's is in the way."""
        return plan_records(self.name, self.desired, self.records, self.publishes.spf)

    @property
    def spf(self) -> Merge:
        """Its TXT record set with the policy's SPF terms in it."""
        return plan_spf(self.name, self.records, self.publishes.spf)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Ids of records of ours that the policy no longer asks for."""
        return unlisted(self.name, self.desired, self.records)


def domain_changes(host: str, domains: Iterable[SendingDomain]) -> Iterator[Change]:
    """The plan of all domains: each one's identities, then its records."""
    for domain in domains:
        yield from identity_changes(host, domain.identities)
        for change in domain.record_changes:
            yield Change(
                host,
                "dns record",
                change.id,
                change.action,
                change.before.text if change.before else None,
                change.after.text if change.after else None,
            )
