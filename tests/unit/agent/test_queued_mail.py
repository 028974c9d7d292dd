"""What a configuration makes of the mail that waits: judged, held, let go, and back."""

import fcntl
import time
from typing import Any

import pytest

from agent.host import common
from agent.host.common import HostError
from agent.host.held import REQUEUE, SUBMIT, UNJUDGED, held_here
from agent.host.queue import supervise
from agent.host.queued_mail import QueuedMail, move_on
from agent.host.tally import tally
from agent.host.verdicts import Judge
from tests.support.postfix_queue import OWN, STRANGER, SYSTEM, TABLES, PostfixQueue


def held(queue: PostfixQueue) -> dict[str, str]:
    return held_here(str(queue.root))


def hold(queue: PostfixQueue, *, anew: bool = False) -> QueuedMail:
    waiting = QueuedMail(str(queue.root), anew)
    waiting.hold("/etc/postfix")
    return waiting


@pytest.mark.case("hosts-25")
def test_a_sender_out_of_the_policy_is_held_and_the_others_are_not(queue: PostfixQueue) -> None:
    queue.add("A1", STRANGER)
    queue.add("A2", OWN)
    queue.add("A3", "MAILER-DAEMON")
    queue.add("A4", STRANGER, "incoming")
    queue.add("A5", STRANGER, "active")
    hold(queue)
    assert queue.ids("hold") == {"A1", "A4", "A5"}
    assert set(held(queue).values()) == {"this sender may not send from here"}


@pytest.mark.case("hosts-25")
def test_what_postfix_renames_is_held_until_the_new_configuration_is_loaded(
    queue: PostfixQueue,
) -> None:
    queue.add("A1", SYSTEM)
    waiting = hold(queue)
    assert held(queue) == {"A1": REQUEUE}
    waiting.move_on()
    assert queue.ids("maildrop") == {"A1"}
    assert held(queue) == {}


def test_what_a_person_held_stays_on_hold(queue: PostfixQueue) -> None:
    queue.add("A1", OWN, "hold")
    queue.add("A2", STRANGER, "hold")
    waiting = hold(queue)
    waiting.move_on()
    assert queue.ids("hold") == {"A1", "A2"}
    assert held(queue) == {}


def test_a_later_policy_lets_go_what_an_earlier_one_held(queue: PostfixQueue) -> None:
    queue.add("A1", STRANGER)
    hold(queue)
    queue.configure({**TABLES, "routes": {STRANGER: "ses:[ses]:587"}})
    hold(queue).move_on()
    assert queue.ids("maildrop") == {"A1"}
    assert held(queue) == {}


def test_a_failed_change_gives_back_what_it_held_and_no_more(queue: PostfixQueue) -> None:
    queue.add("A1", STRANGER)
    hold(queue)
    queue.add("A2", SYSTEM)
    waiting = hold(queue)
    assert held(queue).keys() == {"A1", "A2"}
    waiting.back()
    assert queue.ids("hold") == {"A1"}
    assert queue.ids("deferred") == {"A2"}
    assert held(queue).keys() == {"A1"}


def test_mail_that_is_older_than_it_may_become_is_requeued(queue: PostfixQueue) -> None:
    """An adopted Postfix may keep mail for a month: ours would return it at the next failure."""
    queue.add("A1", OWN, arrival_time=int(time.time()) - 10 * 86400)
    hold(queue)
    assert held(queue) == {"A1": REQUEUE}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"message_size": 5000}, "larger than 1000 bytes"),
        ({"recipients": [{"address": "jörg@elsewhere.example"}]}, "an address is not ASCII"),
        ({"recipients": [{"address": "me@[192.0.2.1]"}]}, "a recipient is on this host"),
    ],
)
def test_what_the_configuration_would_turn_down_is_held(
    queue: PostfixQueue, message: dict[str, Any], why: str
) -> None:
    queue.add("A1", OWN, **message)
    hold(queue)
    assert held(queue) == {"A1": why}


def test_under_a_new_milter_all_that_waits_is_submitted_anew(queue: PostfixQueue) -> None:
    queue.configure(TABLES, non_smtpd_milters="unix:/run/milter")
    queue.add("A1", OWN)
    queue.add("A2", OWN, "active")
    hold(queue, anew=True)
    assert held(queue) == {"A1": SUBMIT}, "what is being delivered is let be"


def test_what_an_earlier_run_had_no_time_to_submit_is_not_requeued_instead(
    queue: PostfixQueue,
) -> None:
    queue.configure(TABLES, non_smtpd_milters="unix:/run/milter")
    queue.add("A1", OWN)
    hold(queue, anew=True)
    hold(queue)
    assert held(queue) == {"A1": SUBMIT}


def test_what_could_not_be_looked_at_is_held_and_comes_first_the_next_time(
    queue: PostfixQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add("A1", OWN)
    queue.add("A2", OWN)
    monkeypatch.setattr("agent.host.queued_mail._MOST", 1)
    hold(queue)
    assert set(held(queue).values()) == {UNJUDGED}
    monkeypatch.undo()


def test_a_run_that_is_killed_has_held_nothing_that_is_not_written_down(
    queue: PostfixQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add("A1", STRANGER)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr("agent.host.queued_mail.supervise", die)
    with pytest.raises(Killed):
        hold(queue)
    assert held(queue) == {}, "it is not on hold, so it is not ours"
    monkeypatch.undo()


def test_what_is_still_being_delivered_is_not_requeued(queue: PostfixQueue) -> None:
    """It would be delivered twice."""
    queue.add("A1", SYSTEM, "active")
    waiting = hold(queue)
    with queue.path("hold", "A1").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        waiting.move_on()
    assert held(queue) == {"A1": REQUEUE}
    waiting.move_on()
    assert queue.ids("maildrop") == {"A1"}


def test_tables_that_cannot_be_asked_stop_the_change(queue: PostfixQueue) -> None:
    queue.add("A1", OWN)
    (queue.root.parent / "stand-ins/bin/postmap").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(Exception, match="Postfix can't look up senders in canonical"):
        hold(queue)
    assert queue.ids("deferred") == {"A1"}


def test_a_postfix_that_lets_anybody_send_is_not_asked_for_each(queue: PostfixQueue) -> None:
    queue.configure({"canonical": {}}, default_transport="smtp")
    judge = Judge("/etc/postfix")
    assert judge.senders([STRANGER])[STRANGER].what == "leaves"


def test_an_empty_queue_takes_no_command(queue: PostfixQueue) -> None:
    assert tally(str(queue.root))["total"] == 0
    hold(queue)
    assert queue.calls() == []


def test_what_is_to_be_requeued_is_not_lost_without_a_record(queue: PostfixQueue) -> None:
    """A damaged record makes held mail a person's: it waits for mailq.py, and is never deleted."""
    queue.add("A1", SYSTEM)
    hold(queue)
    (queue.root / "var/lib/mailfleet/waiting.json").write_text("damaged")
    move_on(str(queue.root))
    assert queue.ids("hold") == {"A1"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (1, "`postsuper -h` ended with status 1: .*Input/output error"),
        (0, "postsuper did not put 1 messages on hold, among them A1"),
    ],
)
def test_what_could_not_be_held_stops_the_change(
    queue: PostfixQueue, status: int, words: str
) -> None:
    """main.cf would return it."""
    queue.add("A1", STRANGER)
    queue.break_postsuper("-h", status=status)
    with pytest.raises(HostError, match=words):
        hold(queue)


def test_a_change_that_stops_after_holding_gives_back(
    queue: PostfixQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add("A1", STRANGER)
    waiting = QueuedMail(str(queue.root))
    real = supervise

    def held_and_interrupted(option: str, ids: Any, *queues: str) -> None:
        real(option, ids, *queues)
        raise HostError("it took too long")

    with monkeypatch.context() as patched:
        patched.setattr("agent.host.queued_mail.supervise", held_and_interrupted)
        with pytest.raises(HostError, match="it took too long"):
            waiting.hold("/etc/postfix")
    waiting.back()
    assert queue.ids("deferred") == {"A1"}
    assert held(queue) == {}


def test_what_cannot_be_requeued_after_the_change_is_a_warning(
    queue: PostfixQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    queue.add("A1", SYSTEM)
    waiting = hold(queue)
    queue.break_postsuper("-r")
    waiting.move_on()
    assert "warning: some queued mail is still on hold: `postsuper -r` ended with" in (
        capsys.readouterr().out
    )
    assert held(queue) == {"A1": REQUEUE}


def test_a_listing_leaves_time_to_hold_what_it_has_not_shown(
    queue: PostfixQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add("A1", STRANGER)
    monkeypatch.setattr(common, "_ends", [time.monotonic() + 10])
    hold(queue)
    assert held(queue) == {"A1": UNJUDGED}


def test_old_mail_that_is_being_delivered_is_requeued_afterwards(queue: PostfixQueue) -> None:
    """Its next failure would be its last."""
    queue.add("A1", OWN, "active", arrival_time=int(time.time()) - 10 * 86400)
    hold(queue)
    assert held(queue) == {"A1": REQUEUE}


def test_what_was_not_taken_comes_last_the_next_time(
    queue: PostfixQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.configure(TABLES, non_smtpd_milters="unix:/run/milter")
    queue.add("A1", OWN)
    queue.add("A2", OWN)
    hold(queue, anew=True)
    tried: list[list[str]] = []

    def first_fails(_: str, ids: list[str], seconds: float, failed: list[str]) -> list[str]:
        tried.append(ids)
        failed.append(ids[0])
        return []

    monkeypatch.setattr("agent.host.queued_mail.resubmitted", first_fails)
    move_on(str(queue.root))
    move_on(str(queue.root))
    assert tried == [["A1", "A2"], ["A2", "A1"]]
