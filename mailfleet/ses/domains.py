"""What a domain needs before it can send: its identity at SES, and its records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailfleet.dns.changes import RecordChange, plan_records, plan_spf, unlisted
from mailfleet.dns.records import RecordSet
from mailfleet.dns.spf import Merge
from mailfleet.dns.wanted import Wanted
from mailfleet.dns.zone import HostedZone
from mailfleet.plan import Change
from mailfleet.refusal import Refusal
from mailfleet.ses.identity import DKIM_KEY_LENGTH, Identity, dkim_records
from mailfleet.ses.settings import Settings, mail_from_records, target_settings


@dataclass(frozen=True)
class SendingDomain:
    """A domain as it was read: its identity in the region (or None), its zone and all record
    sets there by id; what it should publish, and the settings that the policy wants for its
    identity. Without a region, SES does not send for it, and it has and wants no identity."""

    name: str
    region: str | None
    identity: Identity | None
    zone: HostedZone
    records: Mapping[str, RecordSet]
    publishes: Wanted = field(default_factory=Wanted)
    wanted: Settings = field(default_factory=Settings)
    adopt: bool = False

    @property
    def id(self) -> str:
        return f"{self.region}/{self.name}"

    def created(self, identity: Identity) -> "SendingDomain":
        """The domain once SES has made its identity: all but the MAIL FROM domain is set then."""
        made = replace(identity, settings=replace(self.wanted, mail_from=None))
        return replace(self, identity=made)

    @property
    def lacks_identity(self) -> bool:
        return self.region is not None and self.identity is None

    @property
    def verified(self) -> bool:
        """Whether its mail goes out, now and once the plan is carried out: SES has to find the MX
        of another MAIL FROM domain first, and may refuse mail until then."""
        if self.region is None:
            return True
        before, after = self.settings
        changing = after.mail_from if before.mail_from != after.mail_from else None
        stays = not (changing and changing.strict)
        return self.identity is not None and self.identity.verified and stays

    @property
    def settings(self) -> tuple[Settings, Settings]:
        """The identity's, as they are and as they will be: the same when nothing is to be done.

        Of an identity that is not whole all that was looked at is as the policy wants it.
        """
        found = self.identity.settings if self.identity else self.wanted
        if self.identity is None or not self.identity.whole:
            return found, found
        return found, target_settings(found, self.wanted, self.adopt)

    @property
    def ours(self) -> bool:
        """Whether the identity may be changed. One that is not whole is not going to be."""
        whole = self.identity is not None and self.identity.whole
        return not whole or self.adopt or self.settings[0].fleet == self.wanted.fleet

    @property
    def desired(self) -> tuple[RecordSet, ...]:
        """The record sets that should be there and are the domain's alone, in the order in which
        a plan shows them; its SPF record, which it shares, is merged."""
        by_ses = (
            (
                *dkim_records(self.name, self.identity),
                *mail_from_records(self.region, self.wanted.mail_from),
            )
            if self.region
            else ()
        )
        return (*by_ses, *self.publishes.records(self.name, self.records))

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


def configuration_set_changes(host: str, missing: Iterable[str]) -> Iterator[Change]:
    """Configuration sets are made empty: identities may only name one that exists."""
    for id in missing:
        yield Change(host, "configuration set", id, "create", None, id.partition("/")[2])


def domain_changes(host: str, domains: Iterable[SendingDomain]) -> Iterator[Change]:
    """The plan of all domains: each one's identity, then its records."""
    for domain in domains:
        yield from _identity_changes(host, domain)
        for change in domain.record_changes:
            yield Change(
                host,
                "dns record",
                change.id,
                change.action,
                change.before.text if change.before else None,
                change.after.text if change.after else None,
            )


def _identity_changes(host: str, domain: SendingDomain) -> Iterator[Change]:
    before, after = domain.settings
    if domain.lacks_identity:
        text = f"Easy DKIM: {DKIM_KEY_LENGTH}\n{after.text}"
        yield Change(host, "identity", domain.id, "create", None, text)
    elif before != after:
        if not domain.ours:
            raise Refusal(_not_ours(domain))
        yield Change(host, "identity", domain.id, "update", before.text, after.text)


def _not_ours(domain: SendingDomain) -> str:
    before, after = domain.settings
    found = before.text.replace("\n", ", ") or "no MAIL FROM domain"
    return (
        f"Domain {domain.name!r}: found the SES identity {domain.id} with {found}, which is not "
        f"ours, expected {after.text.replace(chr(10), ', ') or 'no MAIL FROM domain'}: to take it "
        "over, say Domain(..., adopt=True); or let the policy say what is there"
    )


def identity_notes(domains: Sequence[SendingDomain]) -> Iterator[str]:
    """What somebody should know of the identities beside what changes."""
    glanced = [d for d in domains if d.identity and not d.identity.whole]
    for domain in domains:
        if domain.identity and not domain.ours:
            yield f"SES identity {domain.id} is not ours, and stays as it is"
    if glanced:
        yield (
            f"not looked at: configuration set and tags of {len(glanced)} SES "
            f"{'identity' if len(glanced) == 1 else 'identities'}; --data read=deep does"
        )
