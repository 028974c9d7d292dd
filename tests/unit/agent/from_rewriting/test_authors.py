"""No message leaves with an author that the policy does not allow, whoever reads the header."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.from_rewriting.mailboxes import _tokens
from agent.from_rewriting.rewriting import Rules, rewriting
from tests.support.authors import (
    RULES,
    Fields,
    faults,
    left,
    named_by_policy,
    named_or_foreign,
)
from tests.support.from_headers import FRAGMENTS, NO, YES, corpus, generated

OURS = Rules(**RULES)
ALL = Rules(OURS.domains, OURS.senders, foreign=True)


def judged(rules: Rules, fields: Fields) -> list[str]:
    """Faults of the message as it leaves; and a second pass has to change nothing."""
    change = rewriting(rules, fields, "bounces@example.com")
    after = left(fields, change.fields)
    again = rewriting(rules, after, change.envelope or "bounces@example.com")
    found = faults(after, named_by_policy if rules.foreign else named_or_foreign)
    return found + ([f"again {again} for {after}"] if again.fields or again.envelope else [])


@pytest.mark.parametrize("rules", [OURS, ALL], ids=["own", "foreign, too"])
@pytest.mark.case("hosts-6")
def test_shapes_that_are_met_leave_with_an_author_of_the_policy(rules: Rules) -> None:
    found = [fault for author in corpus() for fault in judged(rules, [("From", author)])]
    assert found == []


@pytest.mark.parametrize("rules", [OURS, ALL], ids=["own", "foreign, too"])
@pytest.mark.case("hosts-6")
def test_generated_headers_leave_with_an_author_of_the_policy(rules: Rules) -> None:
    authors, senders = generated(1000, seed=1), generated(1000, seed=2)
    found = [
        fault
        for author, sender in zip(authors, senders, strict=True)
        for fault in judged(rules, [("From", author), ("Sender", sender), ("From ", sender)])
    ]
    assert found == []


_HEADERS = st.lists(
    st.sampled_from([*FRAGMENTS, *YES, *NO]) | st.text(max_size=5), max_size=12
).map("".join)


@pytest.mark.case("hosts-6")
@settings(max_examples=200)
@given(author=_HEADERS, sender=_HEADERS, resent=_HEADERS)
def test_whatever_comes_leaves_with_an_author_of_the_policy(
    author: str, sender: str, resent: str
) -> None:
    fields = [("From", author), ("SENDER", sender), ("Resent-From", resent)]
    for rules in (OURS, ALL):
        assert judged(rules, fields) == []


def test_plain_authors_of_the_policy_stay_to_the_byte() -> None:
    for author in (
        "info@example.com", "Jane <info@example.com>", '"Doe, Jane" <info@example.com>',
        "info@example.com (Cron Daemon)", "Jane Doe<INFO@Example.Com>",
        "J. Q. Public\n <info@example.com>",
        "=?utf-8?q?J=C3=BCrgen?= <info@example.com>,\r\n\tnews-may@lists.example",
        "=?utf-8?b?SsO8?=\n =?utf-8?b?cmdlbg==?= <info@example.com>",
    ):  # fmt: skip
        for rules in (OURS, ALL):
            assert rewriting(rules, [("from", author)], "").fields == {}, author


def test_other_forms_of_an_author_of_the_policy_are_written_plainly() -> None:
    for author, plain in {
        "info@example.com (Boss, The)": "Boss The <info@example.com>",
        '"ceo@example.com" <info@example.com>': '"ceo example.com" <info@example.com>',
        '"info@example.com" <info@example.com>': "info@example.com",
        "=?utf-8?q?ceo=40example.com?= <info@example.com>": '"ceo example.com" <info@example.com>',
        'Jane <"info"@example.com>': "Jane <info@example.com>",
        "info @ example . com": "info@example.com",
        "J\udcc3\udcbcrgen <info@example.com>": "=?utf-8?q?J=C3=BCrgen?=\n <info@example.com>",
    }.items():
        assert rewriting(OURS, [("From", author)], "").fields == {"From": plain}


def test_two_from_fields_of_ours_become_one() -> None:
    fields = [("From", "info@example.com"), ("From ", "Jane <news-1@lists.example>")]
    change = rewriting(OURS, fields, "")
    assert change.fields == {"From": "info@example.com,\n Jane <news-1@lists.example>"}


@pytest.mark.parametrize("name", ["Sender", "Resent-From", "Resent-Sender", "resent-from "])
def test_what_names_nobody_of_the_policy_beside_from_goes(name: str) -> None:
    for value in ("ceo@example.com", "", "info@example.com (Boss, The)", "info@example.com, "):
        change = rewriting(OURS, [("From", "info@example.com"), (name, value)], "")
        assert list(change.fields.values()) == [None]
    fields = [("From", "info@example.com"), (name, "Jo <info@example.com>")]
    assert rewriting(OURS, fields, "").fields == {}


@pytest.mark.case("hosts-7")
@pytest.mark.parametrize(
    ("author", "answers"),
    [('"jane doe"@gmail.com', '"jane doe"@gmail.com'), ('"jane"@gmail.com', "jane@gmail.com"),
     ('Jane <"j\\"d"@gmail.com>', 'Jane <"j\\"d"@gmail.com>'), ("j@[192.0.2.1]", "j@[192.0.2.1]"),
     ("j@b\u00fccher.example", "j@xn--bcher-kva.example"),
     ('".j."@gmail.com', '".j."@gmail.com'), ("j@gmail.com.", "j@gmail.com")],
)  # fmt: skip
def test_answers_reach_authors_whose_address_has_a_legal_form(author: str, answers: str) -> None:
    change = rewriting(ALL, [("From", author)], "")
    assert change.fields.get("Reply-To") == answers


@pytest.mark.case("hosts-7")
def test_an_author_beyond_ascii_is_kept_as_text_and_logged() -> None:
    """RFC 2047 section 5 forbids encoded words in an address, and nobody takes SMTPUTF8."""
    change = rewriting(ALL, [("From", "J\u00fcrgen <j\u00fcrgen@gmail.com>, jane@gmail.com")], "")
    assert change.fields["Reply-To"] == "jane@gmail.com"
    assert change.fields["X-Original-From"] == "=?utf-8?b?SsO8cmdlbiA8asO8cmdlbkBnbWFpbC5jb20+?="
    assert getattr(change, "remark", None) == "1 of 2 authors are not in Reply-To"


def test_answers_go_past_a_source_route() -> None:
    assert rewriting(ALL, [("From", "<@a:j@gmail.com>")], "").fields["Reply-To"] == "j@gmail.com"


def test_an_author_of_any_length_is_kept_as_text_of_some() -> None:
    change = rewriting(ALL, [("From", "\u00fc" * 5000 + "@gmail.com")], "")
    assert len(change.fields["X-Original-From"] or "") < 2500


@pytest.mark.case("hosts-6")
@pytest.mark.parametrize("before", ['"' + "x " * 494 + '" <', "info@example.com, " * 49])
def test_a_line_that_postfix_would_break_within_an_address_is_written_anew(before: str) -> None:
    """smtp_line_length_limit: `news-` at the end of a line, and `ceo@lists.example` on the next."""
    value = f"{before}news-ceo@lists.example" + (">" if "<" in before else "")
    changed = rewriting(OURS, [("From", value)], "").fields["From"] or ""
    assert max(map(len, changed.split("\n"))) <= 900


def test_a_domain_that_the_old_idna_leads_elsewhere_gets_no_answers() -> None:
    change = rewriting(ALL, [("From", "jane@stra\u00dfe.example")], "")
    assert "Reply-To" not in change.fields


@pytest.mark.timeout(60)
def test_huge_headers_do_not_occupy_the_milter() -> None:
    for header in ("(" * 10000, '"' * 19999, "a," * 10000, "<" * 18000, "a." * 9000 + "@",
                   "info@example.com, " * 1000, "\\" * 18000, "=?utf-8?q?" * 1800, "a" * 19999,
                   "a " * 9000 + "<", "info@" + "a." * 9000,
                   "(" * 9000 + ")" * 9000):  # fmt: skip
        rewriting(OURS, [("From", header), ("Sender", header)], "")


def test_the_judge_sees_what_is_not_allowed() -> None:
    for author in ("ceo@example.com", "ceo@example.com (Boss, The)",
                   '"ceo@example.com" <x@a.invalid>',
                   "=?utf-8?q?ceo=40example.com?= <info@example.com>", "Jane", ""):  # fmt: skip
        assert faults([("From", author)], named_by_policy) != []
    assert (
        faults([("From", "info@example.com"), ("Sender", "ceo@example.com")], named_or_foreign)
        != []
    )
    assert named_or_foreign("jane@gmail.com")
    assert not named_by_policy("jane@gmail.com")


@pytest.mark.parametrize("opening", ['"', "["])
def test_what_has_no_end_is_looked_at_once(opening: str) -> None:
    """From each of 15,000 openings to the end of the header would take a stranger's mail minutes,
    and all other mail with it."""
    assert len(list(_tokens(f"{opening}\\" * 15_000))) == 1
