"""Held mail is submitted anew: with its envelope, once, and deleted only when it was taken."""

import base64
import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.host import common, resubmit
from agent.host.common import HostError
from agent.host.envelope import quoted, read_envelope
from agent.host.resubmit import resubmitted

ENVELOPE = """\
*** ENVELOPE RECORDS hold/A1 ***
message_size:             341             801               2              20             341    0
message_arrival_time: Thu Nov 26 19:50:40 2026
named_attribute: rewrite_context=local
named_attribute: envelope_id=QQ+314
named_attribute: ret_flags=2
sender: a b@example.com
named_attribute: encoding=8bit
named_attribute: notify_flags=1
named_attribute: dsn_orig_rcpt=rfc822;has@it
original_recipient: has@it
done_recipient: has@it
named_attribute: notify_flags=10
named_attribute: dsn_orig_rcpt=rfc822;Orig+@x
original_recipient: you@elsewhere.example
recipient: you@elsewhere.example
original_recipient: "c d"@elsewhere.example
recipient: c d@elsewhere.example
*** MESSAGE CONTENTS hold/A1 ***
*** HEADER EXTRACTED hold/A1 ***
named_attribute: encoding=8bit
*** MESSAGE FILE END hold/A1 ***
"""
BODY = b"From: a\nSubject: caf\xc3\xa9\n\n.dot\n..two\nlast\n"
# Answers as smtpd does; keeps what it took, and refuses a recipient that says so.
_SERVER = """
import base64, json, socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    client, _ = server.accept()
    lines = client.makefile("rwb", buffering=0)
    def say(text): lines.write(text.encode() + b"\\r\\n")
    say("220 here")
    took, refusals = [], 0
    for line in lines:
        word = line[:4].upper()
        if word == b"DATA":
            say("354 go on")
            body = b""
            while (part := lines.readline()) != b".\\r\\n":
                body += part[1:] if part.startswith(b".") else part
            took.append(base64.b64encode(body).decode())
            print(json.dumps(took), flush=True)
            took = []
            say("250 queued")
        elif word == b"EHLO":
            say("250 here")
        elif b"refused@" in line:
            say("451 the milter is down")
            refusals += 1
            if refusals == 2:
                client.shutdown(socket.SHUT_RDWR)
                break
        else:
            if word in (b"MAIL", b"RCPT"):
                took.append(line.decode().strip())
            if word == b"RSET":
                took = []
            say("250 ok")
"""


class Smtpd:
    """An SMTP server on 127.0.0.1, and a queue directory with held mail."""

    def __init__(self, root: Path, process: "subprocess.Popen[str]") -> None:
        self.root = root
        self._process = process
        assert process.stdout
        self.port = int(process.stdout.readline())
        self._hold = root / "var/spool/postfix/hold"
        self._hold.mkdir(parents=True)

    def hold(self, queue_id: str, envelope: str = ENVELOPE) -> None:
        (self._hold / queue_id).write_text(envelope)

    @property
    def held(self) -> set[str]:
        return {path.name for path in self._hold.iterdir()}

    def took(self) -> list[Any]:
        assert self._process.stdout
        answer: list[Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture
def smtpd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smtpd]:
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "body").write_bytes(BODY)
    hold = tmp_path / "root/var/spool/postfix/hold"
    scripts = {
        "postcat": f'[ "$1" = -qe ] && exec cat "{hold}/$2"; exec cat {tmp_path}/body',
        "postsuper": f'while read id; do rm "{hold}/$id"; done',
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setitem(common._ENVIRONMENT, "PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setattr(common, "_ends", [float("inf")])
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        found = Smtpd(tmp_path / "root", process)
        monkeypatch.setattr(resubmit, "PORT", found.port)
        yield found
        process.kill()


@pytest.mark.case("hosts-25")
def test_the_envelope_is_the_same_and_the_message_to_the_byte(smtpd: Smtpd) -> None:
    smtpd.hold("A1")
    assert list(resubmitted(str(smtpd.root), ["A1"], 10, [])) == ["A1"]
    sender, *recipients, body = smtpd.took()
    assert sender == 'MAIL FROM:<"a b"@example.com> ENVID=QQ+2B314 RET=HDRS BODY=8BITMIME'
    assert recipients == [
        "RCPT TO:<you@elsewhere.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Orig+2B@x",
        'RCPT TO:<"c d"@elsewhere.example>',
    ]
    assert base64.b64decode(body) == BODY.replace(b"\n", b"\r\n")
    assert smtpd.held == set()


def test_a_message_that_is_not_taken_stays_and_the_others_go(
    smtpd: Smtpd, capsys: pytest.CaptureFixture[str]
) -> None:
    smtpd.hold("A1", ENVELOPE.replace("recipient: you@", "recipient: refused@"))
    smtpd.hold("A2")
    assert list(resubmitted(str(smtpd.root), ["A1", "A2"], 10, [])) == ["A2"]
    assert smtpd.held == {"A1"}
    assert "warning: A1 stays on hold: (451, b'the milter is down')" in capsys.readouterr().out


def test_each_refusal_has_a_connection_of_its_own(smtpd: Smtpd) -> None:
    """smtpd(8) hangs up after smtpd_hard_error_limit errors, here two."""
    refused = ENVELOPE.replace("recipient: you@", "recipient: refused@")
    for number in range(3):
        smtpd.hold(f"A{number}", refused)
    smtpd.hold("A3")
    failed: list[str] = []
    names = ["A0", "A1", "A2", "A3"]
    assert list(resubmitted(str(smtpd.root), names, 10, failed)) == ["A3"]
    assert failed == ["A0", "A1", "A2"]


def test_what_can_not_be_deleted_is_not_submitted_again(smtpd: Smtpd, tmp_path: Path) -> None:
    (tmp_path / "bin/postsuper").write_text("#!/bin/sh\necho no space >&2; exit 1\n")
    smtpd.hold("A1")
    smtpd.hold("A2")
    taken = iter(resubmitted(str(smtpd.root), ["A1", "A2"], 10, []))
    assert next(taken) == "A1", "which is then ours no more"
    with pytest.raises(HostError, match=r"A1 was submitted again but is still on hold.*: no space"):
        next(taken)


def test_no_message_is_begun_with_that_the_run_has_no_time_for(
    smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    smtpd.hold("A1")
    monkeypatch.setattr(common, "_ends", [time.monotonic() + 7])
    assert list(resubmitted(str(smtpd.root), ["A1"], 10, [])) == []
    assert capsys.readouterr().out == ""


def test_what_is_still_being_delivered_is_let_be(smtpd: Smtpd) -> None:

    smtpd.hold("A1")
    with open(smtpd.root / "var/spool/postfix/hold/A1") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert list(resubmitted(str(smtpd.root), ["A1"], 10, [])) == []
    assert smtpd.held == {"A1"}


def test_nothing_begins_after_the_time_is_up(smtpd: Smtpd) -> None:
    smtpd.hold("A1")
    assert list(resubmitted(str(smtpd.root), ["A1"], -1, [])) == []
    assert smtpd.held == {"A1"}


def test_a_server_that_does_not_answer_loses_nothing(
    smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    smtpd.hold("A1")
    monkeypatch.setattr(resubmit, "PORT", 1)
    assert list(resubmitted(str(smtpd.root), ["A1"], 10, [])) == []
    assert smtpd.held == {"A1"}
    assert "some mail to be submitted again stays on hold" in capsys.readouterr().out


def test_delivered_recipients_get_nothing_again() -> None:
    assert [to for to, _ in read_envelope(ENVELOPE).recipients] == [
        "you@elsewhere.example",
        '"c d"@elsewhere.example',
    ]


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("app@example.com", "app@example.com"),
        ("", ""),
        ("a b@example.com", '"a b"@example.com'),
        ('a"b\\@example.com', '"a\\"b\\\\"@example.com'),
        (".a@example.com", '".a"@example.com'),
        ("a@b@example.com", '"a@b"@example.com'),
    ],
)
def test_addresses_are_quoted_as_smtp_wants_them(kept: str, written: str) -> None:
    assert quoted(kept) == written
