"""What waits on a host, grouped for a person, and what a person has done with it."""

import fcntl
import time
from pathlib import Path
from typing import Any

import pytest

from agent.host import mailq_act as program
from agent.host.held import held_here
from agent.host.mailq import mailq
from agent.host.mailq_act import act
from agent.host.queued_mail import QueuedMail
from tests.support.postfix_queue import PostfixQueue

OWN, STRANGER = "app@shop.example", "shop@other.example"
TABLES = {"routes": {"@shop.example": "ses:[ses]:587"}}
EVERY: dict[str, Any] = {
    "senders": [],
    "recipients": [],
    "providers": [],
    "older": None,
    "held": False,
}
BY_SES = "host email-smtp.us-east-1.amazonaws.com[192.0.2.1] said: 454 Throttling failure"
SERVERS = {"ses": "email-smtp.us-east-1.amazonaws.com", "second": "smtp.second.example"}


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PostfixQueue:
    monkeypatch.setattr(program, "end_within", lambda seconds: None)
    found = PostfixQueue(tmp_path, monkeypatch)
    found.configure(TABLES)
    to_ses = [{"address": "You@elsewhere.example", "delay_reason": BY_SES}]
    found.add("S1", OWN, recipients=to_ses)
    found.add("S2", OWN, recipients=to_ses, arrival_time=int(time.time()) - 7200)
    found.add("N1", OWN, "active", recipients=[{"address": "new@elsewhere.example"}])
    found.add("H1", STRANGER, "hold")
    return found


def request(queue: PostfixQueue, name: str | None = None, **select: Any) -> dict[str, Any]:
    chosen = {**EVERY, **select}
    return {"servers": SERVERS, "select": chosen, "before": None, "act": name, "by": "ops@laptop"}


def test_mail_is_grouped_by_who_has_not_taken_it(queue: PostfixQueue) -> None:
    queue.add("R1", STRANGER)
    QueuedMail(str(queue.root)).hold("/etc/postfix")
    found = mailq(request(queue), str(queue.root))
    groups = {group["place"]: group for group in found["groups"]}
    assert {place: group["count"] for place, group in groups.items()} == {
        "ses": 2, "not tried yet": 1, "put on hold by others": 1,
        "held: this sender may not send from here": 1,
    }  # fmt: skip
    reason = "host email-smtp.us-east-1.amazonaws.com said: 454 Throttling failure"
    assert groups["ses"]["reasons"] == [(reason, 2)]
    assert found["now"] - groups["ses"]["oldest"] >= 7200
    assert (found["total"], found["counted"], found["selected"]) == (5, 5, 5)


@pytest.mark.parametrize(
    ("select", "ids"),
    [
        ({}, {"S1", "S2", "N1", "H1"}),
        ({"senders": ["@SHOP.example"]}, {"S1", "S2", "N1"}),
        ({"senders": [STRANGER]}, {"H1"}),
        ({"senders": ["hop@other.example"]}, set()),
        ({"recipients": ["you@elsewhere.example"]}, {"S1", "S2", "H1"}),
        ({"recipients": ["other@elsewhere.example"]}, set()),
        ({"providers": ["ses"], "older": 3600}, {"S2"}),
        ({"held": True}, set()),
    ],
)
def test_a_deletion_takes_what_fits_all_terms_and_no_more(
    queue: PostfixQueue, select: dict[str, Any], ids: set[str]
) -> None:
    every = {"S1", "S2", "N1", "H1"}
    assert mailq(request(queue, **select), str(queue.root))["selected"] == len(ids)
    act(request(queue, "delete", **select), str(queue.root))
    left = queue.ids("deferred") | queue.ids("active") | queue.ids("hold")
    assert left == every - ids


def test_a_message_to_others_too_is_not_deleted(queue: PostfixQueue) -> None:
    two = [{"address": "a@elsewhere.example"}, {"address": "b@elsewhere.example"}]
    queue.add("T1", OWN, recipients=two)
    act(request(queue, "delete", recipients=["a@elsewhere.example"]), str(queue.root))
    assert "T1" in queue.ids("deferred")


def test_mail_that_came_after_the_plan_was_shown_stays(queue: PostfixQueue) -> None:
    shown = {**request(queue, "delete"), "before": int(time.time()) - 3600}
    act(shown, str(queue.root))
    assert queue.ids("deferred") == {"S1"}


def test_a_release_leaves_what_would_be_returned(
    queue: PostfixQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    queue.add("H2", OWN, "hold")
    act(request(queue, "release"), str(queue.root))
    assert queue.ids("hold") == {"H1"}
    assert queue.ids("maildrop") == {"H2"}
    assert "warning: 1 stay on hold" in capsys.readouterr().out
    assert held_here(str(queue.root)) == {}


def test_a_flush_tries_what_is_not_on_hold(queue: PostfixQueue) -> None:
    act(request(queue, "flush", senders=[OWN]), str(queue.root))
    tried = {call[2] for call in queue.calls() if call[:2] == ["postqueue", "-i"]}
    assert tried == {"S1", "S2", "N1"}


def test_all_is_flushed_at_one_go(queue: PostfixQueue, capsys: pytest.CaptureFixture[str]) -> None:
    act(request(queue, "flush"), str(queue.root))
    tried = [call for call in queue.calls() if call[:2] != ["postqueue", "-j"]]
    assert tried == [["postqueue", "-f"]]
    assert "retried 3 messages" in capsys.readouterr().out


def test_a_flush_that_breaks_off_says_how_many_were_tried(
    queue: PostfixQueue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "_FLUSHING", -1.0)
    act(request(queue, "flush", senders=[OWN]), str(queue.root))
    said = capsys.readouterr().out
    assert "warning: 3 messages were not retried, for lack of time" in said
    assert "retried 0 messages" in said


def test_what_stays_on_hold_does_not_count_as_released(
    queue: PostfixQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    queue.add("H2", OWN, "hold")
    with queue.path("hold", "H2").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # it is being delivered
        act(request(queue, "release"), str(queue.root))
    said = capsys.readouterr().out
    assert "released 0 messages" in said
    assert "warning: 1 are on hold until the next release or deploy" in said


def test_what_waits_in_maildrop_is_counted_and_left_alone(queue: PostfixQueue) -> None:
    queue.add("M1", OWN, "maildrop")
    found = mailq(request(queue), str(queue.root))
    places = {group["place"]: group["count"] for group in found["groups"]}
    assert places["in maildrop, see mailfleet-senders.service"] == 1
    assert (found["total"], found["counted"], found["selected"]) == (5, 5, 4)
    act(request(queue, "delete"), str(queue.root))
    assert queue.ids("maildrop") == {"M1"}
