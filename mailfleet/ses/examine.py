"""What must be known before a plan of domains is carried out: it is shown with the plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailfleet.dns.delegation import check_delegation
from mailfleet.dns.dmarc import dmarc_note
from mailfleet.dns.lookup import Lookup
from mailfleet.dns.spf_check import SpfCheck, check_spf, summary
from mailfleet.dns.threshold import check_threshold
from mailfleet.ses.domains import SendingDomain


@dataclass(frozen=True)
class Findings:
    """`notes` that somebody should read, and what the plan's last line says of SPF."""

    notes: tuple[str, ...]
    total: str | None


def examine(
    domains: Sequence[SendingDomain],
    lookup: Lookup,
    *,
    delegation: bool = True,
    many_changes: bool = False,
) -> Findings:
    """Look at what would change, in the live DNS, too; Refusal when it must not be.

    DNS is asked about zones and SPF records that change, and about nothing else. `delegation`
    False and `many_changes` True leave out what their names say.
    """
    notes = list(_zone_notes(domains, lookup, delegation, many_changes))
    found = [check_spf(domain.name, domain.spf, lookup) for domain in domains]
    checks = [check for check in found if check]
    return Findings((*notes, *_domain_notes(domains, checks)), summary(checks))


def _zone_notes(
    domains: Sequence[SendingDomain], lookup: Lookup, delegation: bool, many_changes: bool
) -> Iterator[str]:
    by_zone: dict[str, list[SendingDomain]] = {}
    for domain in domains:
        if domain.record_changes:
            by_zone.setdefault(domain.zone.id, []).append(domain)
    for inside in by_zone.values():
        zone, records = inside[0].zone, inside[0].records
        if not many_changes:
            check_threshold(zone, records, [c for d in inside for c in d.record_changes])
        if delegation and (note := check_delegation(zone, records, lookup)):
            yield note


def _domain_notes(domains: Sequence[SendingDomain], checks: Sequence[SpfCheck]) -> Iterator[str]:
    for domain in domains:
        for id in domain.unlisted:
            yield f"{id} is ours, but the policy no longer asks for it"
        if note := dmarc_note(domain.name, domain.publishes.dmarc, domain.records):
            yield note
    for check in checks:
        if check.warning:
            yield check.warning
