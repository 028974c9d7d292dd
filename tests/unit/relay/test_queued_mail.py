"""What a plan says about the queued mail of a host."""

from dataclasses import replace
from typing import Any

import pytest

from mailfleet.plan.change import Change
from mailfleet.relay.queued_mail import preview_notes, printable, queue_changes, queue_notes
from mailfleet.relay.request import preview_request
from mailfleet.relay.state import HostState, Queue, parse
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_hosts import READ_ANSWER
from tests.support.relay_policy import CREDENTIALS, policy

ANSWER: dict[str, Any] = {
    "total": 600,
    "counted": 500,
    "held": 0,
    "rows": [
        ["shop@other.example", 400, "held", "shop@other.example", "this sender may not send"],
        ["root@web1.example.org", 60, "renamed", "noreply@example.com", ""],
        ["jane\x07@gmail.com", 30, "rewritten", "jane@gmail.com", ""],
        ["app@example.com", 8, "leaves", "app@example.com", ""],
        ["", 2, "returned", "", ""],
    ],
    "sums": {"held": 400, "renamed": 60, "rewritten": 30, "leaves": 8, "returned": 2},
}


@pytest.mark.case("hosts-25")
def test_each_sender_is_named_with_what_becomes_of_its_mail() -> None:
    assert preview_notes(ANSWER) == (
        "600 queued messages (500 of them checked): 8 are sent through the new routes, "
        "60 are sent with another sender, 30 are submitted again, 2 are kept on this host, "
        "400 are held",
        "400 from shop@other.example: each is held (this sender may not send)",
        "60 from root@web1.example.org: each is sent as noreply@example.com",
        "30 from jane?@gmail.com: each is submitted again, and rewritten as new mail is",
        "8 from app@example.com: each is sent through the new routes",
        "2 from <> (bounces): each is kept on this host, as bounces are",
    )
    assert preview_notes({**ANSWER, "total": 0}) == ()
    assert preview_notes({"unknown": "why"}) == (
        "it is not known what will happen to the queued mail: why",
    )


def host_with(queue: Queue, desired: Desired) -> HostState:
    state = parse(
        {**READ_ANSWER, "packages": dict.fromkeys(desired.packages, "1"),
         "units": {u.name: {"enabled": True, "active": True, "current": True}
                   for u in desired.units},
         "files": dict.fromkeys(desired.managed)}
    )  # fmt: skip
    return replace(state, queue=queue)


def test_a_host_is_asked_only_when_mail_waits() -> None:
    desired = desired_host(policy(), CREDENTIALS)
    assert preview_request(desired, host_with(Queue(0, {}), desired)) is None
    request = preview_request(desired, host_with(Queue(1, {}), desired))
    assert request
    paths = [file["path"] for file in request["files"]]
    assert "/etc/postfix/main.cf" in paths
    assert "/etc/postfix/sasl_passwd" not in paths
    assert all(path.startswith("/etc/postfix/") for path in paths)


def test_held_mail_is_said_and_unfinished_work_is_a_change() -> None:
    desired = desired_host(policy(), CREDENTIALS)
    queue = Queue(0, {"this sender may not send from here": 5, "to be requeued": 2})
    assert queue_notes(queue) == (
        "5 held here: this sender may not send from here; see mailq.py",
        "2 held here: to be requeued; see mailq.py",
    )
    assert queue_changes("relay1", host_with(queue, desired)) == (
        Change("relay1", "queue", "mail that an earlier deploy held", "run", None, "2 released"),
    )
    assert queue_changes("relay1", host_with(Queue(9, {"why": 5}), desired)) == ()


def test_long_text_of_a_stranger_is_cut() -> None:
    assert len(printable("x" * 500)) == 120
