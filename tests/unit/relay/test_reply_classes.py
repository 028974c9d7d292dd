"""The failure classes: as Postfix's maps, and as docs/relay.md tells them."""

from pathlib import Path

import pytest

from mailfleet.relay.reply_classes import KINDS, REPLY_CLASSES, Kind
from tests.support.replies import filtered

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("kind", "reply", "read_as"),
    [
        ("ses", "530 Authentication required", "430 Authentication required"),
        ("ses", "554 Message rejected: Email address is not verified. The following ...",
         "454 Message rejected: Email address is not verified. The following ..."),
        ("ses", "554-5.7.1 Sending paused for this account", "454-Sending paused for this account"),
        ("ses", "554 Access denied: User `x' is not authorized",
         "454 Access denied: User `x' is not authorized"),
        ("ses", "552 Message is too long.", "552 Message is too long."),
        ("ses", "250 Ok 554 not verified", "250 Ok 554 not verified"),
        ("smtp", "550 5.7.1 The from address does not match a verified Sender Identity.",
         "450 The from address does not match a verified Sender Identity."),
        ("smtp", "550 5.1.1 no such mailbox", "550 5.1.1 no such mailbox"),
    ],
)  # fmt: skip
def test_what_says_nothing_about_the_mail_is_read_as_try_again(
    kind: Kind, reply: str, read_as: str
) -> None:
    assert filtered(kind, reply) == read_as


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_is_of_its_class(kind: Kind) -> None:
    for failure in REPLY_CLASSES:
        if kind in failure.kinds and failure.example.startswith("5") and failure.then == "next":
            assert filtered(kind, failure.example).startswith("4") or failure.example[:3] == "535"


def test_the_documented_table_is_this_one() -> None:
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/relay.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    for failure in REPLY_CLASSES:
        of = "SES" if failure.kinds == ("ses",) else "others" if len(failure.kinds) == 1 else "all"
        then = {"next": "next provider, else waits", "hold": "held, or returned"}[failure.then]
        assert [failure.name, failure.example, of, then] in rows
