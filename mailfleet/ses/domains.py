"""What a domain needs before it can send by SES: its identity and the records that verify it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mailfleet.dns.changes import RecordChange, plan_records, unlisted
from mailfleet.dns.records import RecordSet
from mailfleet.dns.zone import HostedZone
from mailfleet.plan import Change
from mailfleet.ses.identity import Identity, dkim_records, settings_text


@dataclass(frozen=True)
class SendingDomain:
    """A domain as it was read: its identity in the region (or None), its zone and all record
    sets there by id."""

    name: str
    region: str
    identity: Identity | None
    zone: HostedZone
    records: Mapping[str, RecordSet]

    def with_identity(self, identity: Identity) -> "SendingDomain":
        """The domain once SES has said which records it wants."""
        return replace(self, identity=identity)

    @property
    def verified(self) -> bool:
        return self.identity is not None and self.identity.verified

    @property
    def record_changes(self) -> tuple[RecordChange, ...]:
        """What the zone lacks. Refusal when something of somebody else's is in the way."""
        return plan_records(self.name, dkim_records(self.name, self.identity), self.records)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Ids of records of ours that the policy no longer asks for."""
        return unlisted(self.name, dkim_records(self.name, self.identity), self.records)


def domain_changes(host: str, domains: Iterable[SendingDomain]) -> Iterator[Change]:
    """The plan of all domains: each one's identity, then its records."""
    for domain in domains:
        if domain.identity is None:
            id = f"{domain.region}/{domain.name}"
            yield Change(host, "identity", id, "create", None, settings_text(domain.name))
        for change in domain.record_changes:
            yield Change(
                host,
                "dns record",
                change.after.id,
                "update" if change.before else "create",
                change.before.text if change.before else None,
                change.after.text,
            )
