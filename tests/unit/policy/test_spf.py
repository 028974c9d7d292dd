"""SPF terms, as RFC 7208 section 12 writes them."""

import pytest

from mailfleet.policy.spf import Term, parse_term, spf_terms


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("-ALL", Term("all", "-")),
        ("a", Term("a")),
        ("?a:Example.com/24//64", Term("a", "?", "example.com", "/24//64")),
        ("mx/0", Term("mx", prefix="/0")),
        ("+include:example.com.", Term("include", value="example.com")),
        ("a:foo:bar/baz.example.com", Term("a", value="foo:bar/baz.example.com")),
        ("mx:a/b.example/24", Term("mx", value="a/b.example", prefix="/24")),
        ("ip4:192.0.2.0/24", Term("ip4", value="192.0.2.0", prefix="/24")),
        ("ip6:2001:DB8::/32", Term("ip6", value="2001:db8::", prefix="/32")),
        ("exists:%{ir}.%{v}._spf.%{d2}", Term("exists", value="%{ir}.%{v}._spf.%{d2}")),
        ("redirect=_spf.example.com", Term("redirect", "=", "_spf.example.com")),
        ("moo.cow-far_out=man:dog/cat", Term("moo.cow-far_out", "=", "man:dog/cat")),
    ],
)
def test_a_term(text: str, term: Term) -> None:
    assert parse_term(text) == term


@pytest.mark.parametrize(
    "text",
    [
        "", "moo", "all.", "all:example.com", "all/8", "include", "include:", "include:x/24",
        "include:localhost", "a:", "a:x.example/33", "a:x.example//129", "a:x.example/", "a/08",
        "a:foo.123", "a:%{x}.example", "ip4", "ip4:1.2.3", "ip4:1.2.3.4/33", "ip4:1.2.3.4/",
        "ip4:1.2.3.4/032", "ip4:1.2.3.4/255.255.255.0", "ip6:1.2.3.4", "exists",
        "redirect:x.example", "redirect=", "-redirect=x.example", "--all", "1up=x", "=all",
        "x=%abc", "exp=", "exp=%{r}.example",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected an SPF term"):
        parse_term(text)


def test_a_provider_asks_for_mechanisms_that_pass() -> None:
    assert spf_terms("+include:a.example  ip4:192.0.2.1") == "include:a.example ip4:192.0.2.1"
    for text in ("~all", "ptr", "?a", "exp=x.example"):
        with pytest.raises(ValueError, match="expected a mechanism that lets"):
            spf_terms(text)
