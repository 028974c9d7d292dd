"""The log check with a stand-in for journalctl, and for the sender where that must fail."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from agent import check_mail_logs
from agent.check_mail_logs import main, problem

DEFERRED = (
    "4jXF: to=<a@example.net>, relay=email-smtp.us-east-1.amazonaws.com[192.0.2.1]:587, delay=1, "
    "dsn=4.7.8, status=deferred (SASL authentication failed; server said: 535 5.7.8 invalid)"
)
SENT = "4jXF: to=<a@example.net>, relay=r[192.0.2.1]:587, dsn=2.0.0, status=sent (250 ok)"

HANDED_ON = (
    "4jXF: to=<a@example.net>, relay=127.0.0.1[127.0.0.1]:10587, delay=1, dsn=2.0.0, status=sent "
    "(250 2.0.0 Ok: queued as 4jXG)"
)

JOURNALCTL = """#!/usr/bin/python3 -I
import json, os, sys
entries = json.load(open({entries!r}))
if entries is None:
    sys.exit("No space for a journal")
if "--lines=1" in sys.argv:
    print("something" if entries else "", end="")
    sys.exit()
at = next((a.partition("=")[2] for a in sys.argv if a.startswith("--cursor=")), None)
if at == "damaged":
    sys.exit("Failed to seek to cursor: Invalid argument")
start = next((n for n, e in enumerate(entries) if at and e["__CURSOR"] >= at), 0)
for entry in entries[start:]:
    print(json.dumps(entry))
"""
SENDER = """#!/usr/bin/python3 -I
import sys
if {fails}:
    sys.exit("no server took it")
with open({out!r}, "a") as out:
    out.write(sys.argv[1] + "\\n" + sys.stdin.read() + "\\f")
"""


class Host:
    """A journal, a place and a mailbox, all files."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.place = directory / "state/cursor"
        self.sender = directory / "sender"
        self.entries: list[dict[str, Any]] | None = []
        self.alerts_accepted(True)

    def log(self, message: Any, identifier: str = "postfix/ses/smtp", priority: str = "6") -> None:
        assert self.entries is not None
        number = len(self.entries) + 1
        self.entries.append(
            {
                "__CURSOR": f"c{number:05}",
                "__REALTIME_TIMESTAMP": str(1_760_000_000_000_000 + number),
                "SYSLOG_IDENTIFIER": identifier,
                "PRIORITY": priority,
                "MESSAGE": message,
            }
        )

    def alerts_accepted(self, accepted: bool) -> None:
        text = SENDER.format(fails=not accepted, out=str(self.directory / "mail"))
        program(self.sender, text)

    def check(self) -> str | None:
        journal = self.directory / "journal.json"
        journal.write_text(json.dumps(self.entries))
        program(self.directory / "journalctl", JOURNALCTL.format(entries=str(journal)))
        return main(str(self.place), str(self.sender))

    def alerts(self) -> list[str]:
        mail = self.directory / "mail"
        return mail.read_text().split("\f")[:-1] if mail.exists() else []


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return Host(tmp_path)


def test_everyday_lines_are_no_trouble(host: Host) -> None:
    host.log(SENT)
    host.log("connect from localhost[127.0.0.1]", "postfix/smtpd")
    assert host.check() is None
    assert host.alerts() == []


def test_trouble_is_told_once_by_kind_and_with_an_example(host: Host) -> None:
    for _ in range(3):
        host.log(DEFERRED)
    assert host.check() is None
    [alert] = host.alerts()
    assert "3 x deferred at email-smtp.us-east-1.amazonaws.com: authentication refused" in alert
    assert DEFERRED in alert
    assert host.check() is None
    assert len(host.alerts()) == 1


def test_what_comes_later_is_told_later(host: Host) -> None:
    host.log(DEFERRED)
    host.check()
    host.log("fatal: parameter mydomain", "postfix/master")
    host.check()
    assert "fatal of postfix/master" in host.alerts()[1]
    assert "authentication" not in host.alerts()[1]


def test_no_line_is_lost_while_alerts_are_not_accepted(host: Host) -> None:
    host.log(DEFERRED)
    host.alerts_accepted(False)
    reason = host.check()
    assert reason is not None
    assert "no server took it" in reason
    host.alerts_accepted(True)
    assert host.check() is None
    assert len(host.alerts()) == 1


def test_a_vacuumed_place_is_told_and_reading_begins_at_the_oldest_entry(host: Host) -> None:
    host.log(SENT)
    host.check()
    host.log(DEFERRED)
    host.log(SENT)
    assert host.entries is not None
    del host.entries[0]
    assert host.check() is None
    [alert] = host.alerts()
    assert "is gone" in alert
    assert "1 x deferred" in alert


def test_a_damaged_place_is_told(host: Host) -> None:
    host.place.parent.mkdir()
    for text in ("garbage", '{"cursor": "damaged", "since": 1}', "[]"):
        host.place.write_text(text)
        host.log(SENT)
        assert host.check() is None
        assert "is gone" in host.alerts()[-1]
        assert json.loads(host.place.read_text())["cursor"].startswith("c")


@pytest.mark.parametrize(("entries", "why"), [(None, "No space for"), ([], "empty or not there")])
def test_a_journal_that_cannot_be_read_is_no_silence(
    host: Host, entries: list[dict[str, Any]] | None, why: str
) -> None:
    host.entries = entries
    reason = host.check()
    assert reason is not None
    assert why in reason
    assert why in host.alerts()[0]
    assert not host.place.exists()


def test_bytes_and_huge_fields_are_survived(host: Host) -> None:
    host.log(list(b"warning: \xff\xfe\r\nBcc: evil@example.net"), "postfix/smtpd")
    host.log(None, "postfix/smtpd", priority="4")
    host.log("warning: " + "x" * 2_000_000, "postfix/smtpd")
    assert host.check() is None
    [alert] = host.alerts()
    assert "\r" not in alert
    assert "\nBcc" not in alert
    assert "too long to show" in alert
    assert len(alert) < 10_000


def test_an_alert_is_bounded_whatever_the_log_holds(host: Host) -> None:
    for number in range(500):
        host.log(f"warning: {chr(97 + number % 26)}{chr(97 + number // 26)} failed", "postfix/x")
    assert host.check() is None
    [alert] = host.alerts()
    assert "other kinds of problems" in alert
    assert alert.count(" x ") <= check_mail_logs.MOST_KINDS + 1


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("host r said: 554 Message rejected: Email address is not verified", "not verified"),
        ("host r said: 454 Throttling failure: Maximum sending rate exceeded", "throttled"),
        ("Server certificate not verified", "TLS"),
        ("Host or domain name not found. Name service error for name=r type=A", "name not found"),
        ("connect to r[192.0.2.1]:587: Connection refused", "not reached"),
        ("host r said: 550 5.1.1 no such user", "refused by the provider"),
        ("something new", "other"),
    ],
)
def test_deliveries_are_classed_by_what_to_mend(reason: str, kind: str) -> None:
    line = f"Q: to=<a@b>, relay=none, delay=1, dsn=4.0.0, status=SOFTBOUNCE ({reason})"
    found = problem("postfix/ses/smtp", line, "6")
    assert found is not None
    assert found.startswith("softbounce: ")
    assert kind in found


def test_the_warning_of_a_client_only_tlsproxy_is_none() -> None:
    line = "warning: TLS server role is disabled with tlsproxy_tls_security_level or x"
    assert problem("postfix/tlsproxy", line, "4") is None


def test_mail_that_left_by_a_fall_back_is_told() -> None:
    found = problem("postfix/ses/smtp", HANDED_ON, "6")
    assert found == "not accepted by postfix/ses/smtp, sent to its fallback"
    assert problem("postfix/ses/smtp", SENT, "6") is None


@pytest.mark.case("hosts-6")
@pytest.mark.parametrize(
    "message",
    ["warning: connect to Milter service unix:/run/mailfleet-senders/socket: Connection refused",
     "warning: milter unix:/run/mailfleet-senders/socket: can't read SMFIC_BODYEOB reply packet "
     "header: Connection timed out"],
)  # fmt: skip
def test_an_alert_about_a_milter_that_is_down_names_its_unit(host: Host, message: str) -> None:
    for _ in range(3):
        host.log(message, "postfix/cleanup", "4")
    host.check()
    (alert,) = host.alerts()
    remedy = "mailfleet-senders.service does not answer, mail waits: systemctl restart mailfleet"
    assert f"3 x {remedy}-senders.service" in alert


@pytest.mark.case("hosts-6")
def test_an_alert_about_mail_that_cannot_be_judged_has_the_milters_own_words(host: Host) -> None:
    text = "a message was put off: /etc/postfix/senders.json cannot be read (No such file): deploy"
    host.log(text, "mailfleet-senders", "4")
    host.log(
        "4jXF: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 4.7.1 Service unavailable "
        "- try again later; from=<a@example.com>",
        "postfix/cleanup",
    )
    host.log("4jXF: 1 of 1 authors are not in Reply-To", "mailfleet-senders")
    host.check()
    (alert,) = host.alerts()
    assert (
        "1 x mail deferred, mailfleet-senders.service cannot check it: journalctl -u mail" in alert
    )
    assert text in alert
    assert "Reply-To" not in alert
