"""An SES identity of a domain that is to be absent, and what else is left of such domains."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_facts import EmailIdentities, EmailIdentity
from mailfleet.aws.read import domains
from mailfleet.aws.reader import Reader
from mailfleet.dns.ownership import owners
from mailfleet.dns.records import RecordSet
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Notes, Resource, Step, Thing, Values
from mailfleet.plan.stages import REMOVALS
from mailfleet.policy import Ses
from mailfleet.run.strict_facts import read as read_fact


@dataclass(frozen=True)
class IdentityRemoval:
    """An SES identity of a domain that is to be absent; it goes if the tag says that it is ours."""

    name: str
    region: str
    found: Identity
    fleet: str

    @property
    def id(self) -> str:
        return f"{self.region}/{self.name}"

    @property
    def ours(self) -> bool:
        return self.found.settings.fleet == self.fleet

    @property
    def is_replica(self) -> bool:
        """Whether it signs with another region's keys: it has to go before the identity there
        ("Deterministic Easy DKIM", Amazon SES Developer Guide)."""
        dkim = self.found.settings.dkim
        return dkim is not None and dkim.parent is not None

    def things(self, values: Values) -> Iterator[Thing]:
        if self.ours:
            yield Thing("identity", self.id, self.found.settings.text, None)

    def notes(self) -> Iterator[str]:
        if not self.ours:
            yield (
                f"SES identity {self.id} is not mailfleet's, and stays: the policy wants it absent"
            )

    def steps(self) -> Iterator[Step]:
        if self.ours:
            yield Step(REMOVALS, self._delete)

    def _delete(self, values: Values) -> Commands:
        """Before its records: SES then takes no mail that receivers would not find the key of."""
        yield AwsCall(
            "sesv2",
            "DeleteEmailIdentity",
            {"EmailIdentity": self.name},
            region=self.region,
            absent=("NotFoundException",),
        )


def read(reader: Reader) -> Iterator[Resource]:
    """Those that are there of domains that are to be absent, in the policy's regions: replicas
    first. And a note for each domain of ours that has left the policy."""
    found = [removal for ses in reader.mail.ses for removal in _read_region(reader, ses)]
    yield from sorted(found, key=lambda removal: not removal.is_replica)
    yield Notes(list(_read_unlisted(reader)))


def _read_region(reader: Reader, ses: Ses) -> Iterator[IdentityRemoval]:
    for domain in reader.mail.absent:
        if domain.name in read_fact(reader.host, EmailIdentities, region=ses.region):
            found = read_fact(reader.host, EmailIdentity, identity=domain.name, region=ses.region)
            if found:
                yield IdentityRemoval(domain.name, ses.region, found, reader.mail.fleet)


def _read_unlisted(reader: Reader) -> Iterator[str]:
    """Seen in zones that are read anyway."""
    mail = reader.mail
    names = {domain.name for domain in (*mail.domains, *mail.absent)}
    zones = {domain.zone.id: domain.records for domain in reader.once(domains)}
    identities = {
        ses.region: read_fact(reader.host, EmailIdentities, region=ses.region) for ses in mail.ses
    }
    return unlisted_notes(names, zones.values(), identities)


def unlisted_notes(
    listed: Collection[str],
    zones: Iterable[Mapping[str, RecordSet]],
    identities: Mapping[str, Collection[str]],
) -> Iterator[str]:
    """Domains of which these zones hold records of ours, and that are not listed in the policy.
    `identities` are the names of all identities by region: who owns those is not looked at."""
    for zone in zones:
        for domain in owners(zone):
            if domain not in listed:
                regions = [region for region, names in identities.items() if domain in names]
                also = f" and an SES identity in {', '.join(regions)}" if regions else ""
                yield (
                    f"{domain} has records of mailfleet's{also}, but the policy does not list it: "
                    f"Domain({domain!r}, absent=True) removes them"
                )
