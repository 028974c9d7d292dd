"""What a pass counts, by provider and class."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.monitor.counts import (
    BOUNCED,
    DEFERRED,
    EXPIRED,
    HANDED_ON,
    LONGEST_EXAMPLE,
    MOST_IDS,
    REJECTED,
    SENT,
    SUBMITTED,
    CountKey,
)
from agent.monitor.entry import Entry
from agent.monitor.reasons import Reasons
from agent.monitor.tally import (
    MILTER_DEFERS,
    MILTER_DOWN,
    MOST_KINDS,
    OTHER_KINDS,
    Tally,
)
from mailfleet.relay.reply_classes import REPLY_CLASSES, ReplyClass, logged_classes
from tests.support.mail_log import AT, HOST, LANES, LOOPBACK, SERVERS, SES, delivery, entry
from tests.support.replies import as_logged

FALLBACK_LOG = Path(__file__).parent.with_name("fallback.log")
REFUSED = f"SASL authentication failed; server {SES}[198.18.251.2] said: 535 Authentication "
REFUSED += "Credentials Invalid"


def tally(*entries: Entry | str, looks_from: float = 0.0) -> Tally:
    counted = Tally(LANES, SERVERS, Reasons(logged_classes()), looks_from)
    for line in entries:
        counted.add(entry(line) if isinstance(line, str) else line)
    return counted


def counts(counted: Tally) -> dict[tuple[str, ...], int]:
    return {tuple(key): count.count for key, count in counted.counts.items()}


def handed_on(queue_id: str = "4jbLLq3g0TzmVVx", by: str = "4jbLLq3g0TzmVVy") -> str:
    reason = f"250 2.0.0 Ok: queued as {by}"
    return delivery("sent", reason, relay=LOOPBACK, queue_id=queue_id)


def test_mail_is_counted_by_provider_whatever_the_lane() -> None:
    sent = delivery("sent", "250 Ok")
    counted = tally(
        sent,
        entry(sent, "postfix/ses-2/smtp"),
        entry(sent, "postfix/sendgrid/smtp"),
        entry("4jbLLq3g0TzmVVx: client=localhost[127.0.0.1]", "postfix/smtpd"),
        entry("4jbLLq3g0TzmVVx: uid=0 from=<root>", "postfix/pickup"),
        entry("4jbLLq3g0TzmVVx: client=localhost[127.0.0.1]", "postfix/hop1/smtpd"),
        entry(delivery("sent", "250 Ok"), "postfix/relay/smtp"),
        delivery("deliverable", "250 Ok"),
    )
    assert counts(counted) == {("ses", SENT, ""): 2, ("sendgrid", SENT, ""): 1,
                               ("", SUBMITTED, ""): 2}  # fmt: skip
    assert counted.total("ses", SENT) == 2


@pytest.mark.case("alerts-12")
def test_mail_that_the_fallback_took_names_both_providers_and_the_reason() -> None:
    """Not the lane, not the loopback address, not this host."""
    entries: list[Entry] = []
    for number in range(3):
        first, second = f"4jbLLq3g0Tz{number}VVx", f"4jbLLq3g0Tz{number}VVy"
        taken = delivery("sent", "250 Ok", queue_id=second)
        entries.append(entry(f"{first}: {REFUSED}"))
        entries.append(entry(handed_on(first, second), at=AT + number))
        entries.append(entry(taken, "postfix/sendgrid/smtp"))
    counted = tally(*entries)
    found = counted.counts[CountKey("ses", HANDED_ON, "credential refused")]
    assert (found.count, found.first, found.last) == (3, AT, AT + 2)
    assert found.example == REFUSED
    assert found.taken_by == {"sendgrid": 3}
    assert counted.looks["ses"].failed == 3
    assert counted.looks["ses"].reason == REFUSED
    assert counted.looks["sendgrid"].taken == 3


def test_a_real_log_of_a_fallback() -> None:
    names = {"4dVB2: to": "postfix/sendgrid/smtp", ": to": "postfix/ses-1/smtp",
             "said: 421": "postfix/ses-1/smtp", "client=": "postfix/hop1/smtpd",
             "uid=": "postfix/pickup", "from=": "postfix/qmgr"}  # fmt: skip
    lines = FALLBACK_LOG.read_text().splitlines()
    named = [(line, next((n for part, n in names.items() if part in line), "postfix/cleanup"))
             for line in lines]  # fmt: skip
    counted = tally(*(entry(line, name) for line, name in named))
    assert counts(counted) == {("", SUBMITTED, ""): 1, ("ses", HANDED_ON, "busy"): 1,
                               ("sendgrid", DEFERRED, "throttled"): 1}  # fmt: skip


def test_a_message_on_a_cached_connection_has_the_last_reason() -> None:
    counted = tally("connect to h[198.18.0.2]:587: Connection refused", handed_on(), handed_on())
    assert counts(counted) == {("ses", HANDED_ON, "not reached"): 2}
    unknown = tally(handed_on())
    assert counts(unknown) == {("ses", HANDED_ON, "other"): 1}
    assert unknown.looks["ses"].failed == 1


def test_a_fallback_that_does_not_answer_hides_no_reason() -> None:
    said = f"connect to {LOOPBACK}: Connection refused"
    counted = tally(f"4jbLLq3g0TzmVVx: {REFUSED}", delivery("deferred", said))
    assert counts(counted) == {("ses", DEFERRED, "credential refused"): 1}


@pytest.mark.parametrize("failure", REPLY_CLASSES, ids=lambda failure: failure.example)
def test_only_a_providers_own_failures_count_against_it(failure: ReplyClass) -> None:
    counted = tally(delivery("deferred", as_logged(failure)))
    assert counts(counted) == {("ses", DEFERRED, failure.name): 1}
    assert counted.looks["ses"].failed == failure.fault


def test_deferrals_by_error_are_the_providers_that_they_name() -> None:
    for reason, provider in (
        (f"connect to {SES}[198.18.0.2]:587: Connection refused", "ses"),
        ("host smtp.sendgrid.net[198.18.0.3] said: 451 later", "sendgrid"),
        (f"SASL authentication failed; server {SES}[198.18.0.2] said: 535 no", "ses"),
        ("Host or domain name not found. Name service error for name=smtp.sendgrid.net type=A: "
         "Host not found, try again", "sendgrid"),
        ("connect to elsewhere[198.18.0.2]:587: Connection refused", ""),
        ("this sender may not send from here", ""),
    ):  # fmt: skip
        line = delivery("deferred", f"delivery temporarily suspended: {reason}", relay="none")
        counted = tally(entry(line, "postfix/error"))
        [key] = counted.counts
        assert key[:2] == (provider, DEFERRED)
        assert counted.looks["ses"].failed == 0  # a delivery that was not tried is no new failure


def test_a_host_of_two_providers_names_neither() -> None:
    servers = {"a": {"host": SES}, "b": {"host": SES}}
    counted = Tally({"a": ["a"], "b": ["b"]}, servers, Reasons(logged_classes()))
    reason = f"connect to {SES}[198.18.0.2]:587: Connection refused"
    counted.add(entry(delivery("deferred", reason, relay="none"), "postfix/error"))
    assert counts(counted) == {("", DEFERRED, "not reached"): 1}


@pytest.mark.case("alerts-6")
def test_the_end_of_a_mail_is_counted_with_its_provider_and_reason() -> None:
    counted = tally(
        delivery("deferred", f"{HOST} said: 421 busy", queue_id="AAAA1"),
        entry("AAAA1: from=<a@b>, status=expired, returned to sender", "postfix/qmgr"),
        entry("AAAA2: from=<a@b>, status=force-expired, returned to sender", "postfix/qmgr"),
        delivery("bounced", f"{HOST} said: 550 5.1.1 no such user"),
        delivery("undeliverable", f"{HOST} said: 550 5.1.1 no such user"),
        entry("NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 5.7.1 <a@b>: Relay access denied; "
              "from=<x@y> to=<a@b>", "postfix/submission/smtpd"),
        entry("AAAA3: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1 no author; "
              "from=<x@y>", "postfix/cleanup"),
    )  # fmt: skip
    assert counts(counted) == {
        ("ses", DEFERRED, "busy"): 1,
        ("ses", EXPIRED, "busy"): 1,
        ("", EXPIRED, "other"): 1,
        ("ses", BOUNCED, "the mail itself"): 1,
        ("ses", REJECTED, "the mail itself"): 1,
        ("", REJECTED, "* * * Relay access denied"): 1,
        ("", REJECTED, "* no author"): 1,
    }
    assert counted.counts[CountKey("ses", EXPIRED, "busy")].example == f"{HOST} said: 421 busy"
    examples = [count.example for key, count in counted.counts.items() if key.outcome == EXPIRED]
    assert examples[1] == "given up by an administrator"


def test_the_milter_that_is_away_has_names_of_its_own() -> None:
    away = "warning: connect to Milter service unix:/run/mailfleet-senders/socket: refused"
    rejected = "milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 4.7.1 Service unavailable"
    counted = tally(
        entry(away, "postfix/cleanup", 4),
        entry(f"AAAA1: {rejected}; from=<x@y>", "postfix/cleanup"),
        entry("NOQUEUE: milter-reject: CONNECT from localhost[127.0.0.1]: 451 4.7.1 Service "
              "unavailable", "postfix/smtpd"),
        entry("senders.json cannot be read", "mailfleet-senders", 4,
              unit="mailfleet-senders.service"),
        entry("1 of 1 authors are not in Reply-To", "mailfleet-senders", 6,
              unit="mailfleet-senders.service"),
    )  # fmt: skip
    assert {name: count.count for name, count in counted.events.items()} == {
        MILTER_DOWN: 1, MILTER_DEFERS: 1,
    }  # fmt: skip
    assert [tuple(key) for key in counted.warnings] == [
        ("mailfleet-senders", "warning", "senders.json cannot be read")
    ]


@pytest.mark.case("alerts-11")
def test_what_a_tlsproxy_says_at_each_start_is_no_warning() -> None:
    """With `Smtp(ca=)`: as Postfix 3.7 has them."""
    lines = ("request from tlsproxy client with unexpected settings",
             "(server) 'CAfile = /etc/ssl/certs/ca-certificates.crt' != (client) 'CAfile = /etc/"
             "postfix/ca_corp.pem'",
             "to avoid this warning, 1) identify the tlsproxy client that is making this request, "
             "2) configure a custom tlsproxy service",
             "TLS server role is disabled with tlsproxy_tls_security_level or "
             "tlsproxy_use_tls")  # fmt: skip
    of_tlsproxy = [entry(f"warning: {line}", "postfix/tlsproxy", 4) for line in lines]
    assert tally(*of_tlsproxy).warnings == {}
    assert len(tally(entry(f"warning: {lines[0]}", "postfix/smtpd", 4)).warnings) == 1
    assert len(tally(entry("warning: no room", "postfix/tlsproxy", 4)).warnings) == 1


@pytest.mark.case("alerts-9")
def test_one_cause_is_one_kind_and_hides_nothing() -> None:
    ids = [f"4jb{chr(66 + n % 10)}Lq{chr(98 + n // 10)}gTzmVVx" for n in range(100)]
    ids += ["BCDFGHJKLMNzpqr", "DEADBEEF", "3F2A1B4C5D"]
    entries = [
        entry(f"warning: {queue_id}: to <u{n}@h{n}.example>: [192.0.2.{n}]:{n} failed {n} times",
              "postfix/smtpd", 4)
        for n, queue_id in enumerate(ids)
    ]  # fmt: skip
    counted = tally(*entries, delivery("deferred", REFUSED))
    [key] = counted.warnings
    assert key == ("smtpd", "warning", "* to * * failed * times")
    assert counted.warnings[key].count == len(ids)
    assert "4jbBLqbgTzmVVx" in counted.warnings[key].example


@pytest.mark.case("alerts-9")
def test_a_thousand_causes_leave_room_for_a_refused_credential() -> None:
    words = [chr(97 + n % 26) + chr(97 + n // 26 % 26) + chr(97 + n // 676) for n in range(1000)]
    entries = [entry(f"warning: cause {word}", "postfix/smtpd", 4) for word in words]
    entries += [entry(f"NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 {word}; from=<a>",
                      "postfix/smtpd") for word in words]  # fmt: skip
    counted = tally(*entries, delivery("deferred", REFUSED))
    assert len(counted.warnings) == MOST_KINDS + 1
    assert len(counted.counts) == MOST_KINDS + 2
    assert counted.counts[CountKey("", REJECTED, OTHER_KINDS)].count == 1000 - MOST_KINDS
    assert CountKey("ses", DEFERRED, "credential refused") in counted.counts


@pytest.mark.case("alerts-1")
def test_what_local_users_log_counts_nothing() -> None:
    """Their lines are not of Postfix's unit, whatever they look like."""
    texts = (delivery("deferred", "connect to h: Connection refused"), "warning: x", "fatal: x",
             "AAAA1: client=localhost[127.0.0.1]", handed_on())  # fmt: skip
    counted = tally(*(entry(text, unit="session-1.scope") for text in texts))
    assert counted.counts == {}
    assert counted.warnings == {}
    assert counted.looks["ses"].failed == 0


def test_retries_do_not_enter_the_latency() -> None:
    counted = tally(*(delivery("sent", "250 Ok", delays=f"{n * 900}/5/0.1/{n}") for n in range(9)))
    assert counted.latency["ses"].percentile(0.5) == 4.1
    assert counted.latency["ses"].percentile(0.95) == 8.1
    assert counted.latency["sendgrid"].percentile(0.5) is None
    slow = tally(delivery("sent", "250 Ok", delays="0/0/8/3"), delivery("sent", "250 Ok"))
    assert (slow.looks["ses"].slow, slow.looks["ses"].taken) == (1, 2)


def test_what_is_old_counts_but_not_for_a_providers_health() -> None:
    counted = tally(delivery("deferred", REFUSED), delivery("sent", "250 Ok"), looks_from=AT + 1)
    assert counts(counted) == {("ses", DEFERRED, "credential refused"): 1, ("ses", SENT, ""): 1}
    assert (counted.looks["ses"].failed, counted.looks["ses"].taken) == (0, 0)


def test_examples_are_one_printable_line_of_limited_length() -> None:
    counted = tally(entry("warning: a\r\nBcc: x\x1b[2J" + "y" * 3000, "postfix/smtpd", 4))
    [count] = counted.warnings.values()
    assert count.example.startswith("a Bcc: x [2J")
    assert len(count.example) <= LONGEST_EXAMPLE
    assert count.example.isprintable()


def test_what_is_remembered_is_bounded() -> None:
    counted = tally()
    for number in range(MOST_IDS + 10):
        queue_id = f"4jbLLq{number:08}"
        counted.add(entry(f"{queue_id}: {HOST} said: 421 busy"))
        counted.add(entry(delivery("deferred", f"{HOST} said: 421 busy", queue_id=queue_id)))
    end = entry("4jbLLq00000000: from=<a@b>, status=expired, returned to sender", "postfix/qmgr")
    counted.add(end)
    assert counted.total("", EXPIRED) == 1
    counted.add(end._replace(message=end.message.replace("00000000", f"{MOST_IDS:08}")))
    assert counted.total("ses", EXPIRED) == 1


NAMES = st.sampled_from(["postfix/ses-1/smtp", "postfix/smtpd", ""])
UNITS = st.sampled_from(["postfix.service", "x.service"])


@given(st.lists(st.tuples(st.text(), NAMES, st.integers(0, 7), UNITS)))
def test_no_text_raises(lines: list[tuple[str, str, int, str]]) -> None:
    counted = tally(*(entry(t, name, level, unit=unit) for t, name, level, unit in lines))
    assert counted.total("ses", SENT) == 0
    assert counted.looks["ses"].failed == 0
