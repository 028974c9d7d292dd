"""What must be known before a plan of domains is carried out: it is shown with the plan."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailfleet.aws.domain_plan import DomainPlan, ZoneChanges, zone_changes
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.dns.delegation import check_delegation
from mailfleet.dns.dmarc import dmarc_note
from mailfleet.dns.lookup import Lookup
from mailfleet.dns.spf_check import SpfCheck, check_spf, summary
from mailfleet.dns.threshold import check_threshold
from mailfleet.plan.errors import PlanError

Protected = Callable[[HostedZone], Collection[str] | None]
"""Ids of the protected record sets of a zone, by its id; None when they are not known."""


@dataclass(frozen=True)
class Findings:
    """`notes` that somebody should read, and what the plan's last line says of SPF."""

    notes: tuple[str, ...]
    total: str | None


def safety_checks(
    domains: Sequence[DomainPlan],
    lookup: Lookup,
    protected: Protected,
    *,
    delegation: bool = True,
    many_changes: bool = False,
) -> Findings:
    """Look at what would change, in the live DNS, too; PlanError when it must not be.

    DNS and Route 53 are asked about zones and SPF records that change, and about nothing else.
    `delegation` False and `many_changes` True leave out what their names say.
    """
    notes: list[str] = []
    for zone in zone_changes(domains):
        if not many_changes:
            check_threshold(zone.zone.name, zone.zone.id, zone.records, zone.changes)
        notes += _protection_notes(zone, protected(zone.zone))
        # what only goes need not be seen by the world
        if delegation and any(change.action != "delete" for change in zone.changes):
            notes += _delegation_notes(zone, lookup)
    found = [check_spf(domain.name, domain.spf, lookup) for domain in domains]
    checks = [check for check in found if check]
    return Findings((*notes, *_domain_notes(domains, checks)), summary(checks))


def _protection_notes(zone: ZoneChanges, protected: Collection[str] | None) -> Iterator[str]:
    if protected is None:
        yield (
            f"zone {zone.zone.name}: whether record sets are protected is unknown: allow "
            "route53:ListResourceRecordSetProtections"
        )
    for domain, changes in zone.domains.items():
        _refuse_protected(domain, (change.id for change in changes), protected or ())


def _refuse_protected(domain: str, ids: Iterable[str], protected: Iterable[str]) -> None:
    """Route 53 fails all of a batch for one of these ("CreateResourceRecordSetProtections")."""
    for id in sorted({*ids} & {*protected}):
        raise PlanError(
            f"Domain {domain!r}: {id} would change, and has a record set protection: delete that "
            "(aws route53 delete-resource-record-set-protections), deploy, and make it again"
        )


def _delegation_notes(zone: ZoneChanges, lookup: Lookup) -> Iterator[str]:
    if note := check_delegation(zone.zone.name, zone.zone.id, zone.records, lookup):
        yield note


def _domain_notes(domains: Sequence[DomainPlan], checks: Sequence[SpfCheck]) -> Iterator[str]:
    for domain in domains:
        yield from domain.unlisted_notes
        desired, zone = domain.desired, domain.records
        if note := dmarc_note(domain.name, desired.dmarc, zone, domain.adopt):
            yield note
    for check in checks:
        if check.warning:
            yield check.warning
