"""The DMARC record of a domain.

RFC 7489: the record's syntax in section 6.4, how receivers find it in 6.6.3, reports to other
domains in 7.1.
"""

from collections.abc import Mapping
from urllib.parse import quote

from mailfleet.dns.ownership import ownership_of
from mailfleet.dns.records import RecordSet
from mailfleet.dns.text import quoted
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Dmarc

DEFAULT = Dmarc()


def dmarc_name(domain: str) -> str:
    return f"_dmarc.{domain}"


def dmarc_text(dmarc: Dmarc) -> str:
    """The record's text, its tags in the order of RFC 7489 section 6.4, defaults left out."""
    tags = {
        "v": "DMARC1",
        "p": dmarc.policy,
        "sp": dmarc.subdomains,
        "rua": dmarc.rua and f"mailto:{_uri_address(dmarc.rua)}",
        "adkim": "s" if dmarc.dkim == "strict" else None,
        "aspf": "s" if dmarc.spf == "strict" else None,
        "pct": str(dmarc.percent) if dmarc.percent != 100 else None,
    }
    return "; ".join(f"{tag}={value}" for tag, value in tags.items() if value)


def dmarc_records(
    domain: str, dmarc: Dmarc | None, zone: Mapping[str, RecordSet], adopt: bool = False
) -> tuple[RecordSet, ...]:
    """The record that the policy asks for, if it asks for one.

    1. None: nothing. 2. The default asks only that there is some record: somebody else's will
    do, or one of a domain above, by which receivers go where there is none, and which ours
    might weaken. 3. Anything else must be there to the letter: PlanError when theirs is not it,
    unless `adopt` says to replace it.
    """
    if dmarc is None:
        return ()
    record = RecordSet(dmarc_name(domain), "TXT", (quoted(dmarc_text(dmarc)),)).normal()
    found = published(domain, zone)
    if found in (None, record) or record.id in ownership_of(domain, zone).ids:
        return (record,)
    if dmarc == DEFAULT:
        return ()
    if found and found.name == record.name and not (adopt and found.id == record.id):
        raise PlanError(
            f"Domain {domain!r}: found {found.id} with the value {' '.join(found.values)}, which "
            f"mailfleet does not own, expected {record.values[0]}: delete it, replace it with "
            "Domain(..., adopt=True), or leave it alone with Domain(..., dmarc=None)"
        )
    return (record,)


def published(domain: str, zone: Mapping[str, RecordSet]) -> RecordSet | None:
    """What the zone says about DMARC of the domain, at its own name or at one above."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = dmarc_name(".".join(labels[start:]))
        for type_ in ("TXT", "CNAME", "NS"):  # the last two: somebody else publishes it
            if found := zone.get(f"{type_} {name}"):
                return found
    return None


def dmarc_note(
    domain: str, dmarc: Dmarc | None, zone: Mapping[str, RecordSet], adopt: bool = False
) -> str | None:
    """What somebody should know of a record that is to be made, or is not ours to make."""
    if dmarc is None:
        return None
    desired = dmarc_records(domain, dmarc, zone, adopt)
    found = published(domain, zone)
    if found and not desired:
        return (
            f"DMARC of {domain} is not mailfleet's and stays: {found.id}: {' '.join(found.values)}"
        )
    permission = reports_elsewhere(domain, dmarc)
    if permission and found not in desired:
        return (
            f"DMARC reports of {domain} go to {dmarc.rua}: unless both domains are of one "
            f'organisation, they are sent only if {permission} has the TXT record "v=DMARC1"'
        )
    return None


def reports_elsewhere(domain: str, dmarc: Dmarc) -> str | None:
    """The name of the record by which another domain says that it takes the reports.

    None where reports stay within the domain, or go to one above or below it.
    """
    other = dmarc.rua.rpartition("@")[2]
    within = f".{domain}".endswith(f".{other}") or f".{other}".endswith(f".{domain}")
    return None if not other or within else f"{domain}._report._dmarc.{other}"


def _uri_address(address: str) -> str:
    """RFC 6068 section 2; RFC 7489 section 6.2 wants `,` and `!` encoded, too."""
    local, _, host = address.rpartition("@")
    return f"{quote(local, safe='+')}@{host}"
