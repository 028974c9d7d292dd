"""Keys and texts of findings, made from whatever a log holds."""

from hypothesis import given
from hypothesis import strategies as st

from agent.monitor.finding import LONGEST_KEY, key_of, one_line


def test_a_key_says_what_it_is_about() -> None:
    assert key_of("provider", "ses", "credential-refused") == "provider:ses:credential-refused"
    assert key_of("disk", "/var/spool/postfix") == "disk:/var/spool/postfix"
    assert key_of("warning", "Connect to [2001:DB8::1]: No route") == (
        "warning:connect-to-2001:db8::1-:-no-route"
    )


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_key_is_plain_whatever_its_parts_are(parts: list[str]) -> None:
    key = key_of(*parts)
    assert 0 < len(key) <= LONGEST_KEY
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789._:/-")


@given(st.text(st.characters(exclude_categories=())))
def test_text_is_one_printable_line(text: str) -> None:
    line = one_line(text, 40)
    assert len(line) <= 40
    assert line.isprintable()


def test_text_that_is_not_utf8_or_is_long_is_shown_as_far_as_it_goes() -> None:
    assert one_line("caf\udce9\r\nBcc: x@evil.example\u2028y") == "caf? Bcc: x@evil.example y"
    assert one_line("word " * 100, 20) == "word word word w ..."
