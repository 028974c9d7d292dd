"""Our count of lookups against the published test suite of RFC 7208, and against pyspf's.

The count is of a record, for every sender; the suite's answers are each for one sender. What
differs for that reason is listed here, with the reason.
"""

import re
from collections.abc import Iterator

from lab.spf import check_host
from mailfleet.dns.lookup import Unanswered
from mailfleet.dns.spf import spf_texts
from mailfleet.dns.spf_lookups import Cost, cost
from tests.support.rfc7208 import Check, Zone

# Stricter than the suite's answer
DEAREST_WAY = {
    "include-at-limit": "its sender matches at the tenth lookup; for all others there are eleven"
}

# What the suite calls permerror for its limits, and the reason that must be found
LIMITS = {
    "redirect-loop": "leads back to itself",
    "include-loop": "leads back to itself",
    "mx-limit": "has 11 mail servers",
    "mech-over-limit": "it takes 11 DNS lookups",
    "include-over-limit": "it takes 11 DNS lookups",
    "void-over-limit": "3 of its lookups find nothing",
}

# What is not compared with pyspf's count, where nothing matches
NOT_COMPARED = [
    re.compile(r"\bptr\b|%\{", re.IGNORECASE),  # asks for something else with each mail
    re.compile(r"\.\.|[^.]{64}"),  # a name that can't be asked for: pyspf calls it no void lookup
    re.compile(r"\bexp=", re.IGNORECASE),  # looked up once mail has failed; not limited
    re.compile(r"redirect=\S+.* [+?~-]?all\b"),  # pyspf counts a redirect that is not taken
]
NOBODYS = "203.0.113.99"  # an address that no record of the suite names


def ask(zone: Zone, name: str, type_: str) -> list[str]:
    """A scenario's zone as a Lookup."""
    try:
        values = zone.ask(name, type_)
    except TimeoutError as reason:
        raise Unanswered(str(reason)) from None
    if type_ == "MX":
        return [str(host).removesuffix(".") for _, host in values]
    return ["".join(value) if isinstance(value, list) else str(value) for value in values]


def records(zone: Zone, domain: str) -> list[str]:
    return spf_texts(ask(zone, domain, "TXT"))


def cost_in(zone: Zone, domain: str, text: str) -> Cost:
    return cost(domain, text, lambda name, type_: ask(zone, name, type_))


def verdict(check: Check) -> str:
    """Why a receiver would give up on the domain's SPF for good; "" if it would not."""
    try:
        found = records(check.zone, check.domain)
    except Unanswered:
        return ""
    if len(found) > 1:
        return "several records"  # merge() refuses them
    return cost_in(check.zone, check.domain, found[0]).fault if found else ""


def test_a_fault_is_found_where_the_suite_says_permerror_and_nowhere_else(
    rfc7208_checks: list[Check],
) -> None:
    missed = [c.name for c in rfc7208_checks if c.results == ("permerror",) and not verdict(c)]
    invented = [c.name for c in rfc7208_checks if "permerror" not in c.results and verdict(c)]
    assert missed == []
    assert invented == list(DEAREST_WAY)


def test_and_for_the_reason_that_the_suite_means(rfc7208_checks: list[Check]) -> None:
    limits = {
        check.name: verdict(check)
        for check in rfc7208_checks
        if check.scenario == "Processing limits" and check.results == ("permerror",)
    }
    assert limits.keys() == LIMITS.keys()
    for name, reason in LIMITS.items():
        assert reason in limits[name], name


def test_where_nothing_matches_lookups_are_counted_as_receivers_count(
    rfc7208_checks: list[Check],
) -> None:
    """pyspf, which gives the suite's answers, counts as it goes."""
    counted = 0
    for zone, domain, text in _records_to_count(rfc7208_checks):
        ours = cost_in(zone, domain, text)
        known = not ours.fault and not ours.unknown
        if known and not any(why.search(ours.tree) for why in NOT_COMPARED):
            theirs = check_host(NOBODYS, f"nobody@{domain}", "none.invalid", zone.records)
            assert (ours.lookups, ours.voids) == (theirs.lookups, theirs.voids), text
            counted += 1
    assert counted == 67


def _records_to_count(checks: list[Check]) -> Iterator[tuple[Zone, str, str]]:
    for zone in dict.fromkeys(check.zone for check in checks):
        for domain in zone.names:
            try:
                found = records(zone, domain)
            except Unanswered:
                continue
            if len(found) == 1:
                yield zone, domain, found[0]
