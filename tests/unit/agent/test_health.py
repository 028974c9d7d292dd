"""What Postfix's log says of a provider, and what that costs it."""

import pytest

from agent.health.deliveries import Look, counted
from agent.health.thresholds import ENOUGH, GOOD, Health, assessed
from mailfleet.relay.reply_classes import REPLY_CLASSES

LANES = {"ses": ["ses-1", "ses-2"], "second": ["second"]}
HOST = "relay=email-smtp.us-east-1.amazonaws.com[198.18.0.2]:587"


def delivery(status: str, reason: str, *, relay: str = HOST, delays: str = "0/0/0.1/0.2") -> str:
    ended = f"dsn=2.0.0, status={status} ({reason})"
    return f"ABC: to=<a@b.example>, {relay}, delay=9, delays={delays}, {ended}"


def look(*lines: str, transport: str = "ses-1") -> Look:
    entries = [(f"postfix/{transport}/smtp", line) for line in lines]
    return counted(entries, LANES)["ses"]


def test_messages_that_were_taken_are_counted_for_all_lanes() -> None:
    sent = delivery("sent", "250 Ok")
    found = counted(
        [("postfix/ses-1/smtp", sent), ("postfix/ses-2/smtp", sent), ("postfix/qmgr", sent),
         ("postfix/second/smtp", sent), ("cron", "x")], LANES,
    )  # fmt: skip
    assert (found["ses"].taken, found["second"].taken) == (2, 1)


def test_a_long_way_is_slow_and_a_long_queue_is_not() -> None:
    assert look(delivery("sent", "250 Ok", delays="90/30/0.1/0.2")).slow == 0
    assert look(delivery("sent", "250 Ok", delays="0/0/8/3")).slow == 1


def test_what_the_fall_back_took_over_is_a_failure_with_its_reason() -> None:
    handed_on = delivery(
        "sent", "250 2.0.0 Ok: queued as DEF", relay="relay=127.0.0.1[127.0.0.1]:10587"
    )
    found = look("connect to email-smtp[198.18.0.2]:587: Connection refused", handed_on)
    assert (found.taken, found.failed) == (0, 1)
    assert "Connection refused" in found.reason
    found = look("ABC: host h[1.2.3.4] said: 454 Throttling failure", handed_on)
    assert found.failed == 0


@pytest.mark.parametrize("failure", REPLY_CLASSES, ids=lambda failure: failure.example)
def test_only_a_providers_own_failures_count(failure: object) -> None:
    """As mailfleet/relay/reply_classes.py has them, logged once smtp_reply_filter has seen them."""
    name, example = failure.name, failure.example  # type: ignore[attr-defined]
    mails = ("throttled", "sender not verified", "not permitted", "configuration set",
             "the mail itself")  # fmt: skip
    filtered = example if name == "the mail itself" or example[0] != "5" else f"4{example[1:]}"
    if example.startswith("535"):
        filtered = "SASL authentication failed; server h[1.2.3.4] said: 535 Credentials Invalid"
    elif example[0].isdigit():
        filtered = f"host h[1.2.3.4] said: {filtered}"
    assert look(delivery("deferred", filtered)).failed == (name not in mails)


BAD = Look(failed=1, reason="Connection timed out")


def test_few_failures_cost_nothing() -> None:
    health = Health()
    for _ in range(ENOUGH - 1):
        assert assessed(health, BAD, None) is None
    assert health.weight == 1
    assert assessed(Health(), Look(taken=10, failed=9), None) is None


def test_a_provider_that_keeps_failing_loses_its_mail_and_is_told_of_once() -> None:
    health = Health()
    news = [assessed(health, BAD, None) for _ in range(ENOUGH + 2)]
    assert [text for text in news if text] == [
        "did not accept 3 of 3 messages: Connection timed out"
    ]  # fmt: skip
    assert health.weight == 0.05


def test_a_slow_one_does_too() -> None:
    assert assessed(health := Health(), Look(taken=5, slow=3), None) == (
        "is slow: 3 of 5 messages took over 10 s"
    )
    assert health.weight == 0.05


def test_it_gets_its_mail_back_in_steps_and_a_relapse_begins_anew() -> None:
    health = Health(weight=0.05)
    weights = []
    for _ in range(GOOD):
        assert assessed(health, Look(taken=1), None) is None
        weights.append(health.weight)
    assert weights == [0.05, 0.05, 0.5]
    assessed(health, BAD, None)
    assert (health.weight, health.good) == (0.05, 0)
    news = [assessed(health, Look(), True) for _ in range(2 * GOOD)]
    assert news[-1] == "works again and gets all of its mail"
    assert health.weight == 1


def test_without_mail_and_without_an_answer_nothing_is_concluded() -> None:
    health = Health(weight=0.05, good=2)
    assert assessed(health, Look(), None) is None
    assert (health.weight, health.good) == (0.05, 2)
    assessed(health, Look(), False)
    assert health.good == 0


def test_what_is_kept_is_read_again() -> None:
    health = Health(looks=[BAD])
    assert Health.read(health.as_kept()) == health
