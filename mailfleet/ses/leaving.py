"""What is left at AWS of domains that no mail is sent from any more."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailfleet.dns.ownership import owners
from mailfleet.dns.records import RecordSet
from mailfleet.plan.change import Change
from mailfleet.ses.identity import Identity


@dataclass(frozen=True)
class LeavingIdentity:
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


def leaving_changes(host: str, identities: Iterable[LeavingIdentity]) -> Iterator[Change]:
    for identity in identities:
        if identity.ours:
            before = identity.found.settings.text
            yield Change(host, "identity", identity.id, "delete", before, None)


def leaving_notes(identities: Iterable[LeavingIdentity]) -> Iterator[str]:
    for identity in identities:
        if not identity.ours:
            yield (
                f"SES identity {identity.id} is not mailfleet's, and stays: the policy wants it "
                "absent"
            )


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
