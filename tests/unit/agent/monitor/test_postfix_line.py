"""What lines of Postfix's log mean, and what nobody can make them mean.

The lines with hostile recipients were logged by Postfix 3.7 and 3.10 on hosts of the lab.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.monitor.postfix_line import (
    Delivery,
    Expired,
    PostfixLine,
    PostfixWarning,
    Rejected,
    Remark,
    Submitted,
    parsed,
)
from tests.support.mail_log import HOST, LOOPBACK, delivery, entry

ID = "4jbLLq3g0TzmVVx"
FORGED = "relay=evil[1.2.3.4]:25, delay=1, delays=0/0/20/20, dsn=4.0.0, status=deferred (connect"


def found(message: str, identifier: str = "postfix/ses-1/smtp", priority: int = 6) -> PostfixLine:
    line = parsed(entry(message, identifier, priority))
    assert line is not None
    return line


@pytest.mark.parametrize("queue_id", [ID, "3F2A1B4C5D", "DEADBEEF"])
@pytest.mark.parametrize(
    "to",
    [
        "to=<a@b.example>",
        "to=<ops@example.net>, orig_to=<root>",
        'to=<"a \\"b\\" <c>"@d.example>',
        "to=<>",
        "to=<a@[192.0.2.1]>",
    ],
)
def test_a_delivery_is_read(queue_id: str, to: str) -> None:
    line = delivery("sent", "250 Ok 0102-x (y)", queue_id=queue_id, to=to)
    read = found(line)
    assert isinstance(read, Delivery)
    addresses = f"to=<{read.recipient}>" + (f", orig_to=<{read.original}>" if read.original else "")
    assert addresses == to
    assert read[:2] == ("ses-1", queue_id)
    relay = HOST.split()[1].partition("[")[0]
    assert read[4:] == (relay, 0.13, "sent", "250 Ok 0102-x (y)")
    reused = line.replace(", delay=", ", conn_use=17, delay=")
    assert found(reused) == read


def test_only_connecting_and_sending_count_as_a_deliverys_time() -> None:
    retried = found(delivery("sent", "250 Ok", delays="86400.5/30/0.5/1"))
    assert isinstance(retried, Delivery)
    assert retried.seconds == 1.5


def test_deferrals_by_error_count() -> None:
    """qmgr(8) gives mail for a server that has just failed to error(8)."""
    reason = "delivery temporarily suspended: connect to h[198.18.0.2]:587: Connection refused"
    line = found(delivery("deferred", reason, relay="none"), "postfix/error")
    assert isinstance(line, Delivery)
    assert line[:2] == ("error", ID)
    assert line[4:] == ("none", 0.13, "deferred", reason)
    assert found(delivery("sent", "250 Ok", relay=LOOPBACK)).relay == "127.0.0.1"  # type: ignore[union-attr]


@pytest.mark.case("alerts-6")
@pytest.mark.parametrize(
    ("message", "identifier", "expected"),
    [
        (f"{ID}: from=<a@b.example>, status=expired, returned to sender", "postfix/qmgr",
         Expired(ID, forced=False)),
        (f"{ID}: from=<a@b.example>, status=force-expired, returned to sender", "postfix/qmgr",
         Expired(ID, forced=True)),
        ("NOQUEUE: reject: RCPT from localhost[127.0.0.1]: 550 5.7.1 <x@y>: Sender address "
         "rejected: no; from=<x@y> to=<a@b> proto=ESMTP helo=<z>", "postfix/smtpd",
         Rejected("", False, "RCPT", False, "550 5.7.1 <x@y>: Sender address rejected: no; "
                  "from=<x@y> to=<a@b> proto=ESMTP helo=<z>")),
        (f"{ID}: reject: END-OF-MESSAGE from h.example[2001:db8::1]:4711: 452 4.3.1 Insufficient "
         "system storage; from=<x@y>", "postfix/submission/smtpd",
         Rejected("submission", False, "END-OF-MESSAGE", True,
                  "452 4.3.1 Insufficient system storage; from=<x@y>")),
        (f"{ID}: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1 no such author; "
         "from=<x@y>", "postfix/cleanup",
         Rejected("", True, "END-OF-MESSAGE", False, "5.7.1 no such author; from=<x@y>")),
    ],
)  # fmt: skip
def test_the_end_of_a_mail_is_read(message: str, identifier: str, expected: PostfixLine) -> None:
    assert found(message, identifier) == expected


def test_what_comes_in_is_read_with_its_port() -> None:
    line = f"{ID}: client=h.example[192.0.2.1], sasl_method=PLAIN, sasl_username=app1"
    by_login = Submitted("submission", ID, "h.example[192.0.2.1]", "app1")
    assert found(line, "postfix/submission/smtpd") == by_login
    local = Submitted("", ID, "localhost[127.0.0.1]")
    assert found(f"{ID}: client=localhost[127.0.0.1]", "postfix/smtpd") == local
    assert found(f"{ID}: uid=0 from=<root>", "postfix/pickup") == Submitted("pickup", ID, "0")


def test_what_the_fallback_takes_has_another_queue_id() -> None:
    line = found(delivery("sent", "250 2.0.0 Ok: queued as 4jbLLr6Ph1zmVVy", relay=LOOPBACK))
    assert isinstance(line, Delivery)
    assert (line.handed_on, line.queued_as) == (True, "4jbLLr6Ph1zmVVy")
    other = found(delivery("sent", "250 Ok 0102-x"))
    assert isinstance(other, Delivery)
    assert (other.handed_on, other.queued_as) == (False, "")


def test_other_programs_deliver_too() -> None:
    line = found(delivery("sent", "delivered to maildir", relay="returned"), "postfix/virtual")
    assert isinstance(line, Delivery)
    assert (line.service, line.relay, line.status) == ("virtual", "returned", "sent")


def test_warnings_and_remarks_are_read() -> None:
    assert found("warning: x", "postfix/smtpd") == PostfixWarning("smtpd", "warning", "x")
    assert found("x", "postfix/master", 3) == PostfixWarning("master", "warning", "x")
    assert found("fatal: x", "postfix/ses-1/smtp") == PostfixWarning("smtp", "fatal", "x")
    assert found(f"{ID}: {HOST} said: 421 x") == Remark("ses-1", ID, f"{HOST} said: 421 x")
    reset = "connect to h[192.0.2.1]:587: Connection reset"
    assert found(reset) == Remark("ses-1", "", reset)


@pytest.mark.parametrize(
    ("message", "identifier"),
    [
        (f"{ID}: removed", "postfix/qmgr"),
        (f"{ID}: message-id=<a: to=<b>, relay=c>", "postfix/cleanup"),
        (f"{ID}: from=<a@b>, size=1, nrcpt=1 (queue active)", "postfix/qmgr"),
        ("connect from h[192.0.2.1]", "postfix/smtpd"),
        ("Verified TLS connection established to h[192.0.2.1]:587: TLSv1.3", "postfix/ses-1/smtp"),
        (delivery("sent", "250 Ok"), "sshd"),
    ],
)
def test_ordinary_lines_say_nothing(message: str, identifier: str) -> None:
    assert parsed(entry(message, identifier)) is None


@pytest.mark.case("alerts-1")
@pytest.mark.parametrize(
    "to",
    [
        'to=<"relay=x, delays=0/0/20/20, status=deferred (connect"@elsewhere.example>',
        f'to=<"x>, {FORGED}"@elsewhere.example>',
        f'to=<ops@example.net>, orig_to=<"x>, {FORGED}"@elsewhere.example>',
        f'to=<"\\\\">, {FORGED}"@elsewhere.example>'.replace('\\\\">', '\\">'),
    ],
)
def test_a_recipient_forges_no_delivery(to: str) -> None:
    line = found(delivery("sent", "250 Ok", to=to))
    assert isinstance(line, Delivery)
    assert (line.status, line.seconds) == ("sent", 0.13)


@pytest.mark.case("alerts-1")
@pytest.mark.parametrize("length", [0, 1500, 2500])
def test_a_recipient_with_a_bad_domain_forges_no_delivery(length: int) -> None:
    """`u@"x>, relay=..."`: Postfix logs it as it is, and cuts the line at 2000 bytes."""
    reason = f"{FORGED} {'y' * length})"
    for to, identifier in (
        (f"to=<ops@example.net>, orig_to=<u@x>, {reason}>", "postfix/ses-1/smtp"),
        (f"to=<u@x.example>, {reason}>", "postfix/error"),
    ):
        line = delivery("bounced", "bad address syntax", to=to)
        assert parsed(entry(line[:2000], identifier)) is None
        cut = line[: line.index("y)") + 2] if length else line
        assert parsed(entry(cut.ljust(2000, ")")[:2000], identifier)) is None


@pytest.mark.case("alerts-1")
@given(st.text(), st.sampled_from(["postfix/ses-1/smtp", "postfix/qmgr", "x"]), st.integers(0, 7))
def test_no_text_raises(text: str, identifier: str, priority: int) -> None:
    for unit in ("postfix.service", "mailfleet-senders.service", "session-1.scope"):
        line = parsed(entry(text, identifier, priority, unit=unit))
        assert line is None or unit == "postfix.service"


HOSTILE = st.lists(
    st.sampled_from(
        ['"', "\\", "<", ">", ", ", "@", "relay=", FORGED, "orig_to=<", "status=sent (", ")", "a"]
    ),
    max_size=12,
).map("".join)


def quoted(local: str) -> str:
    """As Postfix logs a local part: info_log_address_format=external."""
    return '"' + local.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.case("alerts-1")
@given(HOSTILE, HOSTILE)
def test_whatever_the_local_parts_are_a_delivery_is_what_it_is(local: str, original: str) -> None:
    to = f"to=<{quoted(local)}@a.example>, orig_to=<{quoted(original)}@b.example>"
    line = parsed(entry(delivery("sent", "250 Ok", to=to)))
    assert isinstance(line, Delivery)
    assert (line.relay, line.status, line.reason) == (
        HOST.split()[1].partition("[")[0], "sent", "250 Ok",
    )  # fmt: skip


@pytest.mark.case("alerts-1")
@given(HOSTILE, HOSTILE)
def test_whatever_the_domains_are_nothing_else_is_read(domain: str, original: str) -> None:
    real = delivery("sent", "250 Ok", to=f"to=<a@{domain}>, orig_to=<b@{original}>")
    line = parsed(entry(real))
    assert line is None or isinstance(line, (Remark, Delivery))
    if isinstance(line, Delivery):
        assert (line.status, line.reason) == ("sent", "250 Ok")
