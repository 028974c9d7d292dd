from email import message_from_string
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.from_rewriting.rewriting import Rewriting, Rules, rewriting

RULES = Rules(
    domains=["shop.example", "lists.example"],
    senders=[
        "*@shop.example",
        "noreply@lists.example",
        "news-*@lists.example",
        "a@partner.example",
    ],
    foreign=True,
)
KEEPS_FOREIGN = Rules(RULES.domains, RULES.senders, foreign=False)


def rewritten(*fields: tuple[str, str], envelope: str = "app@shop.example") -> Rewriting:
    return rewriting(RULES, fields, envelope)


def decoded(value: str | None) -> str:
    return str(make_header(decode_header(value or "")))


@pytest.mark.parametrize(
    "author",
    ["Shop <info@shop.example>", "INFO@Shop.Example", "news-may@lists.example",
     "a@partner.example", "info@shop.example, a@partner.example", "info@shop.example (Jane)",
     "=?utf-8?q?J=C3=BCrgen?= <j@shop.example>"],
)  # fmt: skip
def test_senders_of_the_policy_stay(author: str) -> None:
    assert rewritten(("From", author)) == Rewriting()


def test_a_foreign_author_gets_the_answers() -> None:
    change = rewritten(("From", "Jane Doe <jane@gmail.com>"), envelope="jane@gmail.com")
    assert change.fields == {
        "From": '"Jane Doe via shop.example" <noreply@shop.example>',
        "Reply-To": "Jane Doe <jane@gmail.com>",
    }
    assert change.envelope == "noreply@shop.example"


def test_foreign_authors_are_left_alone_unless_the_policy_says_so() -> None:
    fields = [("From", "jane@gmail.com"), ("Sender", "x@gmail.com")]
    assert rewriting(KEEPS_FOREIGN, fields, "jane@gmail.com") == Rewriting()


def test_an_own_address_that_may_not_be_used_becomes_its_own_domains() -> None:
    change = rewriting(KEEPS_FOREIGN, [("From", "Bo <ceo@lists.example>")], "ceo@lists.example")
    assert change.fields["From"] == '"Bo via lists.example" <noreply@lists.example>'
    assert change.fields["Reply-To"] == "Bo <ceo@lists.example>"
    assert change.envelope is None  # it is verified, and gets the bounces


def test_without_a_name_it_is_what_is_before_the_at_sign() -> None:
    change = rewritten(("From", "jane@gmail.com"))
    assert change.fields["From"] == '"jane via shop.example" <noreply@shop.example>'
    assert change.fields["Reply-To"] == "jane@gmail.com"


def test_a_reply_to_that_is_there_stays() -> None:
    change = rewritten(("From", "jane@gmail.com"), ("reply-to", "desk@gmail.com"))
    assert "Reply-To" not in change.fields


def test_an_empty_reply_to_is_none() -> None:
    change = rewritten(("From", "jane@gmail.com"), ("Reply-To", ""))
    assert change.fields["Reply-To"] == "jane@gmail.com"


def test_several_authors_get_the_answers_together() -> None:
    change = rewritten(("From", "Jane <jane@gmail.com>, info@shop.example"), ("Sender", "b@x.org"))
    assert change.fields["From"] == '"Jane and others via shop.example" <noreply@shop.example>'
    assert change.fields["Reply-To"] == "Jane <jane@gmail.com>,\n info@shop.example"
    assert change.fields["Sender"] is None


def test_a_foreign_sender_field_goes() -> None:
    fields = [("From", "info@shop.example"), ("Sender", "web@host.example")]
    assert rewritten(*fields).fields == {"Sender": None}
    assert rewritten(("From", "info@shop.example"), ("Sender", "b@shop.example")) == Rewriting()


def test_several_authors_of_ours_keep_a_sender() -> None:
    """RFC 5322 section 3.6.2: with several authors there must be one."""
    fields = [("From", "a@shop.example, b@shop.example"), ("Sender", "web@host.example")]
    assert rewritten(*fields).fields == {"Sender": "a@shop.example"}


def test_names_in_other_scripts_stay_readable() -> None:
    for author in ("=?iso-8859-1?q?J=FCrgen_M=FCller?= <j@gmail.com>",
                   "Jürgen Müller <j@gmail.com>",
                   "J\udcc3\udcbcrgen M\udcc3\udcbcller <j@gmail.com>"):  # fmt: skip
        change = rewritten(("From", author))
        assert decoded(change.fields["From"]) == (
            "Jürgen Müller via shop.example <noreply@shop.example>"
        )
        assert decoded(change.fields["Reply-To"]) == "Jürgen Müller <j@gmail.com>"
        assert (change.fields["From"] or "").isascii()


@pytest.mark.parametrize(
    "name",
    ['"boss@bank.example" <j@gmail.com>', "=?utf-8?q?boss=40bank.example?= <j@gmail.com>",
     "=?utf-8?q?x=0D=0ABcc=3A_v=40e.example?= <j@gmail.com>",
     "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=40b.example=3F=3D?= <j@gmail.com>",
     "=?nonsense?q?x?= <j@gmail.com>", "=?utf-8?b?x?= <j@gmail.com>"],
)  # fmt: skip
def test_a_name_is_nothing_but_a_name(name: str) -> None:
    value = decoded(rewritten(("From", name)).fields["From"])
    assert [address for _, address in getaddresses([value])] == ["noreply@shop.example"]


@pytest.mark.parametrize("author", ["", "Webform", "undisclosed:;", "<>", "a@b@c <", ",,;<"])
def test_a_from_without_an_address_becomes_ours(author: str) -> None:
    value = rewritten(("From", author)).fields["From"] or ""
    assert value.endswith("<noreply@shop.example>")


def test_a_message_without_from_gets_one() -> None:
    assert rewritten(("Subject", "x")).fields["From"] == (
        '"somebody via shop.example" <noreply@shop.example>'
    )


@pytest.mark.parametrize(
    ("envelope", "becomes"),
    [("", None), ("root", None), ("bounces+1=x@lists.example", None), ("a@partner.example", None),
     ("b@partner.example", "noreply@shop.example"), ("a@SHOP.example", None)],
)  # fmt: skip
def test_the_envelope_sender_is_of_our_domains(envelope: str, becomes: str | None) -> None:
    assert rewritten(("From", "info@shop.example"), envelope=envelope).envelope == becomes


def test_an_author_beyond_ascii_is_no_sender() -> None:
    authors = ("From", "\u00a1@shop.example, info@shop.example")
    changed = rewritten(authors, ("Sender", "me@gmail.com")).fields
    assert changed.get("Sender") in (None, "info@shop.example")


_MAILBOXES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{} <{}@{}>".format,
            st.text(max_size=200),
            st.text(max_size=20),
            st.sampled_from(["shop.example", "gmail.com", "lists.example"]),
        ),
        st.builds("=?utf-8?q?{}?= <a@gmail.com>".format, st.text("=0123456789ABCDEF?_x@<>\r\n")),
    ),
    max_size=3,
).map(",".join)


@example(author="\x80<0@SHOP.EXAMPLE>", sender="", reply="", envelope="")
@given(author=_MAILBOXES, sender=_MAILBOXES, reply=_MAILBOXES, envelope=st.text(max_size=30))
def test_what_comes_out_is_of_the_policy(
    author: str, sender: str, reply: str, envelope: str
) -> None:
    fields = [("From", author), ("Sender", sender), ("Reply-To", reply)]
    change = rewritten(*fields, envelope=envelope)
    for name, value in change.fields.items():
        assert name in ("From", "Reply-To", "Sender", "X-Original-From")
        if value is not None:
            _is_one_field(name, value)
    if value := change.fields.get("From"):
        addresses = [found.lower() for _, found in getaddresses([value])]
        assert addresses
        assert addresses == [found.lower() for _, found in getaddresses([decoded(value)])]
        # all of shop.example may be used, also in another form than it came in
        others = ("noreply@lists.example", "a@partner.example")
        assert all(a.endswith("@shop.example") or a in others for a in addresses)
        after = [(name, change.fields.get(name, before)) for name, before in fields]
        again = rewritten(*[(name, value) for name, value in after if value is not None])
        assert "From" not in again.fields
        assert "Reply-To" not in again.fields
    assert change.envelope in (None, "noreply@shop.example", "noreply@lists.example")


def _is_one_field(name: str, value: str) -> None:
    """It adds no other field, and no line is too long for SMTP (RFC 5322 section 2.1.1)."""
    message = message_from_string(f"{name}: {value}\n\n")
    assert message.keys() == [name]
    assert value.isascii()
    assert all(len(line) <= 998 and line.strip() for line in value.split("\n"))
    assert not set(value) & set("\r\t\x00\x0b\x0c")
