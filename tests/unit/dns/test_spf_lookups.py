"""What an SPF record costs, term by term, as RFC 7208 section 4.6.4 counts."""

from collections.abc import Sequence

import pytest

from mailfleet.dns.lookup import Unanswered
from mailfleet.dns.spf import merge
from mailfleet.dns.spf_check import check_spf, summary
from mailfleet.dns.spf_lookups import Cost, cost
from mailfleet.plan.errors import PlanError

WORLD: dict[tuple[str, str], list[str]] = {
    ("example.com", "A"): ["192.0.2.1"],
    ("example.com", "MX"): ["mail.example.com"],
    ("mail.example.com", "A"): ["192.0.2.2"],
    ("flat.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all"],
    ("deep.example", "TXT"): ["other", "v=spf1 include:flat.example a:mail.example.com ?all"],
    ("loop.example", "TXT"): ["v=spf1 include:pool.example"],
    ("pool.example", "TXT"): ["v=spf1 include:loop.example"],
    ("none.example", "TXT"): ["no record"],
    ("two.example", "TXT"): ["v=spf1 a", "v=spf1 mx"],
    ("bad.example", "TXT"): ["v=spf1 nonsense -all"],
    ("null.example", "MX"): [""],  # RFC 7505: no mail is taken, and there is no name to look up
    ("crowd.example", "MX"): [f"{n}.example" for n in range(11)],
    ("lost.example", "MX"): ["no1.example", "mail.example.com", "no2.example"],
}


def world(name: str, type_: str) -> Sequence[str]:
    if name == "silent.example":
        raise Unanswered("DNS did not answer")
    return WORLD.get((name, type_), [])


def of(terms: str) -> Cost:
    return cost("example.com", f"v=spf1 {terms}", world)


@pytest.mark.parametrize(
    ("terms", "lookups", "voids"),
    [
        ("-all", 0, 0),
        ("ip4:192.0.2.1 ip6:2001:db8::/32 exp=why.example -all", 0, 0),
        ("a mx ptr exists:example.com include:flat.example -all", 5, 0),
        ("-A ?MX ~Include:FLAT.example +PTR -ALL", 4, 0),
        ("a/24 a:example.com/24//64 mx//64 -all", 3, 0),
        ("include:deep.example -all", 3, 0),
        ("include:deep.example include:deep.example", 6, 0),
        ("redirect=deep.example", 3, 0),
        ("redirect=deep.example a", 4, 0),
        ("redirect=deep.example a ~all", 1, 0),  # section 6.1: all makes redirect void
        ("a all mx include:loop.example", 1, 0),  # section 5.1: after all nothing is tested
        ("a:no.example a:nor.example", 2, 2),
        ("mx:null.example", 1, 0),
        ("mx:no.example", 1, 1),
        ("mx:lost.example", 1, 2),
        ("exists:%{i}._spf.example.com include:%{d}.x.example", 2, 0),
        ("unknown=x", 0, 0),
    ],
)
def test_lookups_and_void_lookups(terms: str, lookups: int, voids: int) -> None:
    found = of(terms)
    assert (found.lookups, found.voids, found.fault, found.unknown) == (lookups, voids, "", "")


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        (" ".join(["a"] * 11), "it takes 11 DNS lookups, and receivers stop at 10"),
        ("a:1.example a:2.example mx:3.example", "3 of its lookups find nothing"),
        ("include:loop.example", "include:loop.example leads back to itself"),
        ("include:none.example", "include:none.example leads to no SPF records"),
        ("redirect=two.example", "redirect=two.example leads to 2 SPF records"),
        ("a:example.com\rptr", "has 'a:example.com\\rptr', which is no SPF term"),
        ("include:bad.example", "include:bad.example has 'nonsense', which is no SPF term"),
        ("redirect=a.example redirect=b.example", "has redirect or exp twice"),
        ("mx:crowd.example", "mx:crowd.example has 11 mail servers, expected 10 at most"),
    ],
)
def test_what_receivers_give_up_on(terms: str, fault: str) -> None:
    assert fault in of(terms).fault


def test_exactly_at_the_limits_is_fine() -> None:
    assert of(" ".join([*["a"] * 8, "a:1.example", "a:2.example"])).fault == ""


def test_a_hostile_tree_ends() -> None:
    def hydra(name: str, type_: str) -> Sequence[str]:
        return [f"v=spf1 include:1.{name} include:2.{name}"]

    assert cost("x", "v=spf1 include:h.example", hydra).lookups < 1000


def test_the_tree_counts_as_it_goes() -> None:
    tree = of("a include:deep.example a:no.example include:silent.example -all").tree
    assert tree.splitlines() == [
        "      v=spf1 a include:deep.example a:no.example include:silent.example -all",
        " 1/10   a",
        " 2/10   include:deep.example",
        " 3/10     include:flat.example",
        "            ip4:192.0.2.0/24",
        " 4/10     a:mail.example.com",
        " 5/10   a:no.example, 1/2 find nothing",
        " 6/10   include:silent.example, DNS did not answer",
    ]


def test_what_dns_does_not_say_is_unknown_and_no_fault() -> None:
    found = of("include:silent.example a")
    assert found.fault == ""
    assert found.summary == "SPF unknown/10 lookups"
    change = merge("example.com", None, ["include:silent.example"], frozenset())
    check = check_spf("example.com", change, world)
    assert check
    assert "lookups unknown, not checked: DNS did not answer" in str(check.warning)


def test_over_the_limit_is_refused_with_the_tree_unless_it_only_shrinks() -> None:
    many = " ".join(["a"] * 10)
    from_ = merge("example.com", None, [many], frozenset()).after
    adding = merge("example.com", from_, ["mx"], frozenset())
    with pytest.raises(PlanError, match=r"it takes 11 DNS lookups(.|\n)*11/10   mx"):
        check_spf("example.com", adding, world)
    larger = merge("example.com", None, [f"{many} mx ptr"], frozenset()).after
    shrinking = merge("example.com", larger, [], frozenset({"mx"}))
    check = check_spf("example.com", shrinking, world)
    assert check
    assert "it takes 11 DNS lookups" in str(check.warning)
    assert summary([check]) == "SPF 11/10 lookups"


def test_without_a_change_nobody_is_asked() -> None:
    there = merge("example.com", None, ["a"], frozenset()).after
    same = merge("example.com", there, ["a"], frozenset())
    assert check_spf("example.com", same, world) is None
    assert summary([]) is None
