"""The class of a failed delivery, by the words that Postfix logs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.monitor.reasons import OTHER, Reasons
from mailfleet.relay.reply_classes import REPLY_CLASSES, ReplyClass, logged_classes
from tests.support.mail_log import HOST, SES
from tests.support.replies import DATA, as_logged

REASONS = Reasons(logged_classes())


@pytest.mark.case("alerts-10")
@pytest.mark.parametrize("failure", REPLY_CLASSES, ids=lambda failure: failure.example)
def test_each_class_is_found_in_the_log(failure: ReplyClass) -> None:
    for prefix in ("", "delivery temporarily suspended: "):
        found = REASONS.of(prefix + as_logged(failure))
        assert (found.name, found.fault) == (failure.name, failure.fault)


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        (f"{HOST} refused to talk to me: 421 Too many concurrent SMTP connections", "busy"),
        (f"{HOST} refused to talk to me: 454 4.3.2 try again", "temporary failure"),
        (f"{HOST} said: 454 Throttling failure: Daily message quota exceeded. {DATA}", "throttled"),
        (f"{HOST} said: 450 4.2.0 Greylisted (in reply to RCPT TO command)", "temporary failure"),
        (f"SASL authentication failed; server {SES}[198.18.0.9] said: 454 4.7.0 Temporary "
         "authentication failure", "temporary failure"),
        (f"SASL [CACHED] authentication failed; server {SES}[198.18.0.9] said: 535 5.7.8 no",
         "credential refused"),
        (f"lost connection with {SES}[198.18.0.9] while receiving the initial server greeting",
         "not reached"),
        (f"conversation with {SES}[198.18.0.9] timed out while sending message body",
         "not reached"),
        ("Host or domain name not found. Name service error for name=x type=A: Host not found, "
         "try again", "not reached"),
        (f"TLS is required, but was not offered by {HOST}", "TLS"),
        (f"{HOST} said: 454 4.7.0 TLS not available (in reply to STARTTLS command)", "TLS"),
        ("Cannot start TLS: handshake failure", "TLS"),
        (f"{HOST} said: 550 5.1.1 no such user", "the mail itself"),
        (f"{HOST} said: 430 Authentication required (in reply to MAIL FROM)", "no credential"),
        ("mail transport unavailable", OTHER.name),
        ("", OTHER.name),
    ],
)  # fmt: skip
def test_what_postfix_logs_has_its_class(reason: str, name: str) -> None:
    assert REASONS.of(reason).name == name


@pytest.mark.case("alerts-1")
@pytest.mark.parametrize(
    "address",
    ["<sending-paused@x.example>", '<"not verified: sending paused"@x.example>',
     '<"said: 535 a"@x.example>', '<"> sending paused"@x.example>',
     '<"maximum sending rate"@x.example>'],
)  # fmt: skip
def test_a_recipient_that_a_provider_quotes_chooses_no_class(address: str) -> None:
    said = f"{HOST} said: 454 4.1.1 {address}: no such user {DATA}"
    assert REASONS.of(said).name == "temporary failure"
    assert REASONS.of(said.replace("454 4", "550 5")).name == "the mail itself"


def test_only_a_providers_own_failures_are_its_fault() -> None:
    faults = {failure.name for failure in REPLY_CLASSES if failure.fault}
    assert faults == {"not reached", "TLS", "busy", "temporary failure", "credential refused",
                      "no credential", "sending is off"}  # fmt: skip


@given(st.text(max_size=500))
def test_no_reason_raises(text: str) -> None:
    known = {failure.name for failure in REPLY_CLASSES} | {OTHER.name}
    assert REASONS.of(text).name in known
    assert REASONS.of(f"{HOST} said: {text}").name in known


@pytest.mark.parametrize(
    ("classes", "error"),
    [([{"name": "x"}], KeyError), ([7], TypeError),
     ([{"name": "x", "said": "(", "logged": "", "fault": True}], re.error)],
)  # fmt: skip
def test_damaged_classes_are_refused(classes: list[object], error: type[Exception]) -> None:
    with pytest.raises(error):
        Reasons(classes)  # type: ignore[arg-type]


def test_the_table_is_written_in_the_case_in_which_it_is_read() -> None:
    for known in logged_classes():
        for pattern in (str(known["said"]), str(known["logged"])):
            assert pattern == pattern.lower()
