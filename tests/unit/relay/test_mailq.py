"""What a person asks of the mail that waits, and what is shown of it."""

from typing import Any

import pytest

from mailfleet.plan.change import Change
from mailfleet.policy import PolicyError
from mailfleet.relay.mailq import (
    Asked,
    MessageFilter,
    act_request,
    age,
    fleet_line,
    mailq_changes,
    mailq_notes,
    mailq_request,
    read_asked,
)
from mailfleet.relay.queue_facts import MailQueue
from tests.support.relay_policy import policy

ANSWER: dict[str, Any] = {
    "now": 100_000,
    "total": 13,
    "counted": 12,
    "groups": [
        {"place": "held: why", "count": 2, "oldest": 10_000, "reasons": []},
        {
            "place": "sendgrid",
            "count": 10,
            "oldest": 99_000,
            "reasons": [["451 \x1b[31mbusy\r\n now", 10]],
        },
    ],
    "selected": 7,
    "oldest": 90_000,
    "senders": [["a@example.com", 4], ["", 2]],
}


def asked(**found: object) -> Asked | None:
    return read_asked(found, policy())


def test_nothing_asked_is_to_look_on() -> None:
    assert asked(flush=None) is None


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("all", MessageFilter()),
        ("sendgrid", MessageFilter(providers=("sendgrid",))),
        ("shop@other.example", MessageFilter(senders=("shop@other.example",))),
        ("@other.example,older:2d", MessageFilter(senders=("@other.example",), older=172_800)),
        ("to:you@a.example, held", MessageFilter(recipients=("you@a.example",), held=True)),
        ("<>", MessageFilter(senders=("",))),
        ("older:90m", MessageFilter(older=5400)),
    ],
)
def test_terms_are_understood(text: str, selection: MessageFilter) -> None:
    assert asked(delete=text) == Asked("delete", text, selection)


@pytest.mark.parametrize("text", ["", "everything", "older:2w", "to:you", "all,held", "older:"])
def test_a_mistake_deletes_nothing(text: str) -> None:
    with pytest.raises(PolicyError, match=r"delete: found '.*', expected all, or terms"):
        asked(delete=text)


def test_one_thing_at_a_time() -> None:
    with pytest.raises(PolicyError, match="found flush and delete, expected only one of them"):
        asked(flush="all", delete="all")


def test_what_is_done_is_done_to_what_was_shown() -> None:
    wish = asked(delete="@other.example")
    assert wish
    request = act_request(policy(), wish, ANSWER, "ops@laptop")
    assert (request["act"], request["before"], request["by"]) == ("delete", 100_000, "ops@laptop")
    assert request["select"] == mailq_request(policy(), wish)["select"]
    assert request["servers"]["sendgrid"] == "smtp.sendgrid.net"


def test_a_deletion_names_how_much_of_whom() -> None:
    wish = asked(delete="all")
    assert wish
    assert mailq_changes("relay1", wish, ANSWER) == (
        Change("relay1", "queue",
               "7 queued messages (4 from a@example.com, 2 from <>, 1 from others)",
               "delete", "oldest 2 h", "delete"),
    )  # fmt: skip
    assert mailq_changes("relay1", wish, {**ANSWER, "selected": 0}) == ()


def test_strangers_text_is_one_printable_line() -> None:
    assert mailq_notes(ANSWER) == (
        "sendgrid: 10, oldest 16 min",
        "    10: 451 ?[31mbusy now",
        "held: why: 2, oldest 1 d",
        "1 more were not checked, for lack of time",
    )


def test_the_last_line_is_of_all_hosts() -> None:
    empty = {**ANSWER, "total": 0, "counted": 0, "groups": []}
    line = "Fleet: 13 queued on 2 hosts, 2 of them held by mailfleet, oldest 1 d"
    assert fleet_line([ANSWER, empty]) == line
    assert fleet_line([empty]) == "Fleet: no queued mail on 1 hosts"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (59, "59 s"), (60, "1 min"), (7300, "2 h"), (90_000, "1 d")]
)
def test_ages(seconds: int, text: str) -> None:
    assert age(seconds) == text


def test_a_look_that_gets_no_answer_has_done_nothing() -> None:
    assert MailQueue().command().unfinished == "it was only read, and nothing was changed"
