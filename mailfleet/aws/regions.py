"""Whether SES is where the policy wants to send from."""

from difflib import get_close_matches

from mailfleet.dns.lookup import Lookup, Unanswered
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Ses


def check_regions(mail: Mail, lookup: Lookup) -> None:
    """PlanError for a region that botocore knows no SES in, and DNS no SMTP end point: a region may
    be younger than the botocore that is installed."""
    known = known_regions()
    for ses in mail.ses:
        if ses.region not in known and not _has_end_point(ses, lookup):
            near = ", ".join(get_close_matches(ses.region, known, cutoff=0))
            raise PlanError(
                f"Ses {ses.name!r}: found no SES in a region {ses.region!r}, expected a region "
                f"where AWS offers it, such as {near}"
            )


def known_regions() -> list[str]:
    """The regions with SES, of all partitions, that botocore knows."""
    from botocore.session import Session

    session = Session()
    partitions = session.get_available_partitions()
    return [region for p in partitions for region in session.get_available_regions("sesv2", p)]


def _has_end_point(ses: Ses, lookup: Lookup) -> bool:
    try:
        return bool(lookup(ses.host, "A"))
    except Unanswered:
        return False
