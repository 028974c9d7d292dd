"""TXT values: cut, quoted and read back."""

from hypothesis import given
from hypothesis.strategies import characters, text

from mailfleet.dns.text import quoted, unquoted


@given(text(characters(min_codepoint=32, max_codepoint=126)))
def test_what_is_quoted_reads_back(content: str) -> None:
    assert unquoted(quoted(content)) == content


def test_strings_have_255_octets_at_most() -> None:
    assert quoted("x" * 256) == f'"{"x" * 255}" "x"'


def test_strings_are_joined_without_spaces() -> None:
    assert unquoted('"v=spf1 include:a" ".example -all"') == "v=spf1 include:a.example -all"


def test_route_53_writes_octets_as_octal() -> None:
    assert unquoted(r'"a\052\"b\\"') == 'a*"b\\'
