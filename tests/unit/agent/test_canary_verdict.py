"""A provider that is busy today says nothing about a configuration; a refusal does.

Replies of SES: "Amazon SES SMTP response codes" and "Managing your Amazon SES sending quotas",
Developer Guide. The texts around them are Postfix's.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.host import canary
from agent.host.common import HostError
from mailfleet.relay.reply_classes import KINDS, reply_filter

HOST = "host email-smtp.us-east-1.amazonaws.com[198.18.0.9]"
DATA = "(in reply to end of DATA command)"
PASSING = [
    ("4.0.0", f"{HOST} said: 454 Throttling failure: Maximum sending rate exceeded. {DATA}"),
    ("4.0.0", f"{HOST} said: 454 Throttling failure: Daily message quota exceeded. {DATA}"),
    ("4.0.0", f"{HOST} said: 421 Too many concurrent SMTP connections (in reply to EHLO command)"),
    ("4.0.0", f"{HOST} refused to talk to me: 421 Too many concurrent SMTP connections"),
    ("4.3.2", f"{HOST} refused to talk to me: 454 4.3.2 try again"),
    ("4.0.0", f"{HOST} said: 451 Temporary service failure. {DATA}"),
    ("4.0.0", f"{HOST} said: 451 Timeout waiting for data from client. {DATA}"),
    ("4.2.0", f"{HOST} said: 450 4.2.0 Greylisted, see there (in reply to RCPT TO command)"),
    ("4.3.1", f"{HOST} said: 452 4.3.1 Insufficient system storage {DATA}"),
    ("4.7.0", "SASL authentication failed; server email-smtp.example[198.18.0.9] said: 454 4.7.0 "
     "Temporary authentication failure"),
    ("4.4.1", "connect to email-smtp.example[198.18.0.9]:587: Connection refused"),
    ("4.4.2", f"lost connection with {HOST[5:]} while receiving the initial server greeting"),
    ("4.4.2", f"conversation with {HOST[5:]} timed out while sending message body"),
    ("4.4.3", "Host or domain name not found. Name service error for name=x type=A: Host not "
     "found, try again"),
]  # fmt: skip
FAULTS = [
    # these came as 5xx, and the reply filter has made 4xx of them
    ("4.0.0", f"{HOST} said: 454 Message rejected: Email address is not verified. {DATA}"),
    ("4.0.0", f"{HOST} said: 454 Access denied: User `x' is not authorized to perform "
     f"`ses:SendRawEmail' {DATA}"),
    ("4.0.0", f"{HOST} said: 454 Message rejected: Sending paused for this account. {DATA}"),
    ("4.0.0", f"{HOST} said: 454 Configuration set does not exist {DATA}"),
    ("4.0.0", f"{HOST} said: 430 Authentication required (in reply to MAIL FROM command)"),
    ("4.7.8", "SASL authentication failed; server email-smtp.example[198.18.0.9] said: 535 "
     "Authentication Credentials Invalid"),
    ("4.0.0", f"{HOST} said: 552 Message is too long. {DATA}"),
    ("4.7.5", "Server certificate not verified"),
    ("4.7.4", f"TLS is required, but was not offered by {HOST}"),
    ("4.7.1", "this sender was not rewritten, see mailfleet-senders.service"),
    ("4.3.0", "mail transport unavailable"),
    ("4.3.5", "Server configuration problem"),
]  # fmt: skip
Runner = Callable[..., object]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that were run; postmap answers by the tables that a deploy writes."""
    commands: list[tuple[str, ...]] = []

    def run(*command: str, **_: object) -> object:
        commands.append(command)
        found = ""
        if command[0] == "postmap":
            kind = next(kind for kind in KINDS if command[3].endswith(f"replies_{kind}"))
            for pattern, replacement in reply_filter(kind):
                if re.match(pattern, command[2], re.IGNORECASE):
                    found = replacement
                    break
        return type("Done", (), {"stdout": found, "stderr": "", "returncode": int(not found)})

    monkeypatch.setattr(canary, "run", run)
    return commands


@pytest.mark.case("hosts-23")
@pytest.mark.parametrize(("code", "answer"), PASSING)
def test_a_busy_provider_is_a_warning(
    asked: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str], code: str, answer: str
) -> None:
    canary._judge("4XYZ", code, "deferred", answer)
    said = capsys.readouterr().out
    assert said.startswith("warning: the canary message was not accepted for now")
    assert answer in said
    assert ("postsuper", "-d", "4XYZ") in asked


@pytest.mark.parametrize(("code", "answer"), FAULTS)
def test_a_refusal_speaks_against_the_configuration(
    asked: list[tuple[str, ...]], code: str, answer: str
) -> None:
    with pytest.raises(HostError, match=re.escape(f"the canary message was deferred: {answer}")):
        canary._judge("4XYZ", code, "deferred", answer)
    assert ("postsuper", "-d", "4XYZ") in asked


def test_what_is_returned_speaks_against_it_too(asked: list[tuple[str, ...]]) -> None:
    with pytest.raises(HostError, match="was bounced"):
        canary._judge("4XYZ", "5.0.0", "bounced", f"{HOST} said: 554 no {DATA}")


def test_a_message_that_a_fallback_took_over_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end is that of the second queue file, which has the same Message-ID."""
    log = Path(__file__).with_name("fallback.log").read_text()
    done = type("Done", (), {"stdout": log, "stderr": "", "returncode": 0})
    monkeypatch.setattr(canary, "run", lambda *_, **__: done)
    assert canary._end_of("mailfleet-1@relay1", 0) == (
        "4dVB2", "4.0.0", "deferred", f"{HOST} said: 454 Throttling failure: x {DATA}"
    )  # fmt: skip
