"""What the plan says about a domain's SPF record before it changes."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailfleet.dns.lookup import Lookup
from mailfleet.dns.spf import Merge
from mailfleet.dns.spf_lookups import Cost, cost
from mailfleet.plan.errors import PlanError


@dataclass(frozen=True)
class SpfCheck:
    """A domain whose SPF record changes, and what the record will cost receivers."""

    domain: str
    cost: Cost

    @property
    def warning(self) -> str | None:
        if self.cost.fault:
            return f"SPF of {self.domain}: {self.cost.fault}"
        if self.cost.unknown:
            return f"SPF of {self.domain}: lookups unknown, not checked: {self.cost.unknown}"
        return None


def check_spf(domain: str, change: Merge, lookup: Lookup) -> SpfCheck | None:
    """The record as it would be, looked up; None when it does not change.

    PlanError when receivers would give up on it (RFC 7208 section 4.6.4). Taking terms away is
    never refused: what is left was there before.
    """
    if not change.text:
        return None
    check = SpfCheck(domain, cost(domain, change.text, lookup))
    if check.cost.fault and change.adds:
        raise PlanError(
            f"Domain {domain!r}: its SPF record would fail: {check.cost.fault} (RFC 7208 section "
            "4.6.4): remove what is not needed, or send through that provider from a subdomain\n"
            f"{check.cost.tree}"
        )
    return check


def summary(checks: Iterable[SpfCheck]) -> str | None:
    """The dearest of them, in a few words."""
    costs = [check.cost for check in checks]
    if not costs:
        return None
    return max(costs, key=lambda c: (bool(c.unknown), c.lookups)).summary
