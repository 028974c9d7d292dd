#!/usr/bin/python3 -I
"""Send an alert about problems in Postfix's log: failed deliveries, warnings and errors.

Reads the journal from where the last run stopped and pipes what it found to
emergency_mail_sender. The position is kept only once that has accepted the alert, so that no line
is lost and a line may be reported twice. The first run begins one hour back. Exits 0 when there was
nothing to report, or the alert was sent.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

PLACE = "/var/lib/mailfleet/check-mail-logs.cursor"
SENDER = "/usr/local/bin/emergency_mail_sender"
FIRST_LOOK = 3600  # seconds back from the first run
LONGEST_ENTRY = 1024 * 1024  # of JSON; what is longer is counted as unreadable
LONGEST_EXAMPLE = 600
MOST_KINDS = 40
SECONDS_TO_SEND = 600
FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER"
DELIVERY = re.compile(r"relay=(?P<relay>[^,\[]*).*?status=(?P<status>[A-Za-z-]+) \((?P<reason>.*)")
SEVERITY = re.compile(r"(warning|error|fatal|panic): ")
# Lines about the milter that rewrites senders: it is down, or it defers mail.
MILTER = "mailfleet-senders"
AWAY = re.compile(r"milter (service )?unix:/run/mailfleet-senders/", re.IGNORECASE)
PUT_OFF = re.compile(r"milter-reject: (?!CONNECT |HELO |EHLO |MAIL )\S+ from .* 4\.\d\.\d ")
# Logged at every start of a tlsproxy that serves clients only.
HARMLESS = ("TLS server role is disabled with tlsproxy_tls_security_level",)
# The first match gives the class of a delivery's reason.
CLASSES = (
    ("sender or identity not verified at the provider", r"554 .*not verified"),
    ("authentication refused", r"\b535\b|\b530\b|[Aa]uthentication failed|SASL"),
    ("throttled by the provider", r"\b454\b.*([Tt]hrottl|[Mm]aximum sending rate)|\b421\b"),
    ("TLS", r"TLS|certificate"),
    ("name not found", r"[Nn]ame service error|Host or domain name not found|type=[AM]"),
    ("provider not reached", r"connect to |Connection |lost connection|timed out"),
    ("refused by the provider", r"said: 5\d\d"),
    ("deferred by the provider", r"said: 4\d\d"),
)


class CannotLook(Exception):
    """The journal could not be read, and may hold problems."""


@dataclass
class Kind:
    """One kind of problem: how often, and an example line."""

    count: int
    first: int  # microseconds since 1970
    last: int
    example: str


class Report:
    """Problems by kind, of limited size."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.lines = 0

    def add(self, name: str, at: int, example: str) -> None:
        self.lines += 1
        if name not in self.kinds and len(self.kinds) >= MOST_KINDS:
            name = "other kinds of problems"
        kind = self.kinds.setdefault(name, Kind(0, at, at, printable(example)))
        kind.count += 1
        kind.last = at

    def subject(self) -> str:
        first = max(self.kinds, key=lambda name: self.kinds[name].count, default="log incomplete")
        more = f" and {len(self.kinds) - 1} more" if len(self.kinds) > 1 else ""
        return f"[mail] {socket.gethostname()}: {first} ({self.lines} lines){more}"

    def body(self, gap: str | None) -> str:
        parts = [gap] if gap else []
        for name, kind in sorted(self.kinds.items(), key=lambda item: -item[1].count):
            when = f"{clock(kind.first)} to {clock(kind.last)}"
            parts.append(f"{kind.count} x {name}\n    {when}\n    for example: {kind.example}")
        parts.append("See: journalctl --facility=mail; mailq; postqueue -f when it is fixed.")
        return "\n\n".join(parts) + "\n"


def problem(identifier: str, message: str, priority: str) -> str | None:
    """The kind of problem that a line of Postfix's log reports; None for ordinary lines."""
    delivery = DELIVERY.search(message)
    if delivery and delivery["status"] in ("sent", "deliverable"):
        # mail that a provider does not accept is sent to this host: docs/relay.md
        handed_on = delivery["relay"] == "127.0.0.1"
        return f"not accepted by {identifier}, sent to its fallback" if handed_on else None
    if delivery:
        reason = delivery["reason"]
        named = next((name for name, pattern in CLASSES if re.search(pattern, reason)), "other")
        where = "" if delivery["relay"] == "none" else f" at {printable(delivery['relay'])}"
        return f"{delivery['status'].lower()}{where}: {named}"
    severity = SEVERITY.match(message)
    if severity and AWAY.search(message):
        return f"{MILTER}.service does not answer, mail waits: systemctl restart {MILTER}.service"
    if PUT_OFF.search(message):
        return f"mail deferred, {MILTER}.service cannot check it: journalctl -u {MILTER}.service"
    if any(text in message for text in HARMLESS):
        return None
    if severity or priority in "01234":
        text = re.sub(r"\d+", "N", message[severity.end() if severity else 0 :])
        return f"{severity[1] if severity else 'warning'} of {identifier}: {printable(text)[:80]}"
    return None


def printable(text: str) -> str:
    cleaned = "".join(c if c.isprintable() else "?" for c in text[:LONGEST_EXAMPLE])
    return cleaned + (" ..." if len(text) > LONGEST_EXAMPLE else "")


def clock(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")


def text_of(value: Any) -> str:
    """A field of the journal: text, or a list of bytes when it is not UTF-8; null when huge."""
    if isinstance(value, list):
        return bytes(byte for byte in value if isinstance(byte, int)).decode(errors="replace")
    return value if isinstance(value, str) else "(too long to show)"


def entries(*start: str) -> Iterator[dict[str, Any]]:
    """The journal's entries of the mail facility, from `start` on. Raises CannotLook."""
    command = ["journalctl", "--quiet", "--no-pager", "--output=json", f"--output-fields={FIELDS}"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [*command, *start, "SYSLOG_FACILITY=2"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as journal,
    ):
        for line in bounded_lines(journal.stdout):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"MESSAGE": "warning: unreadable log entry"}
            yield entry
        journal.wait()
        complaints.seek(0)
        complaint = complaints.read(2000).decode(errors="replace").strip()
    if journal.returncode != 0:
        raise CannotLook(f"journalctl failed: {complaint or journal.returncode}")


def bounded_lines(stream: Any) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_ENTRY):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_ENTRY)
        yield line


def kept_place(path: str) -> dict[str, Any]:
    """Where the last run stopped: {"cursor", "since"}; an hour ago before the first run."""
    fresh = {"cursor": None, "since": int((time.time() - FIRST_LOOK) * 1e6)}
    try:
        with open(path, encoding="utf-8") as file:
            place = json.load(file)
        return {"cursor": place["cursor"], "since": int(place["since"])}
    except FileNotFoundError:
        return fresh
    except (ValueError, KeyError, TypeError):
        return {"cursor": "unreadable", "since": 0}


def keep_place(path: str, place: dict[str, Any]) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        json.dump(place, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.new", path)


def see_that_there_is_a_journal() -> None:
    """journalctl succeeds without a journal; no lines would then prove nothing."""
    command = ["journalctl", "--quiet", "--no-pager", "--lines=1", "--output=cat"]
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if not answer.stdout:
        complaint = answer.stderr.decode(errors="replace").strip()[:2000]
        raise CannotLook(complaint or "the journal is empty or not there")


def look(place: dict[str, Any]) -> tuple[Report, str | None, dict[str, Any]]:
    """What there is since `place`: the report, what is missing from it, and the new place."""
    see_that_there_is_a_journal()
    began = {"cursor": place["cursor"], "since": int(time.time() * 1e6)}
    if not place["cursor"]:
        report, _ = gather(entries(f"--since=@{place['since'] // 1_000_000}"), None, began)
        return report, None, began
    try:
        report, found = gather(entries(f"--cursor={place['cursor']}"), place["cursor"], began)
        if found:
            return report, None, began
    except CannotLook:
        pass  # a damaged cursor, or no journal: reading without a cursor shows which
    began["cursor"] = None
    report, _ = gather(entries(), None, began)
    when = f" (about {clock(place['since'])})" if place["since"] else ""
    gap = (
        f"The position in the log where the last check stopped{when} is gone: what follows begins "
        "with the oldest entry that is left. Lines before it may be missing, or reported again."
    )
    return report, gap, began


def gather(
    found: Iterator[dict[str, Any]], after: str | None, place: dict[str, Any]
) -> tuple[Report, bool]:
    """A report of what is after the cursor `after`, and whether that was found; moves `place`."""
    report, met = Report(), False
    for entry in found:
        cursor = entry.get("__CURSOR")
        if after and cursor == after:
            met = True
            continue
        if after and not met:
            break  # the journal begins later
        place["cursor"] = cursor or place["cursor"]
        identifier = text_of(entry.get("SYSLOG_IDENTIFIER", "postfix/unknown"))
        if identifier.startswith(("postfix", MILTER)):
            message = text_of(entry.get("MESSAGE", ""))
            kind = problem(identifier, message, str(entry.get("PRIORITY") or "6"))
            if kind:
                at = int(entry.get("__REALTIME_TIMESTAMP") or place["since"])
                report.add(kind, at, f"{identifier}: {message}")
    return report, met


def send_alert(subject: str, body: str, sender: str) -> str | None:
    """Send the alert; None once it is accepted, else why it is not."""
    try:
        answer = subprocess.run(
            [sender, subject],
            input=body.encode(errors="replace"),
            capture_output=True,
            check=False,
            timeout=SECONDS_TO_SEND,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{sender}: {type(error).__name__}"
    if answer.returncode == 0:
        return None
    return answer.stderr.decode(errors="replace").strip()[:1000] or f"{sender} failed"


def main(path: str = PLACE, sender: str = SENDER) -> str | None:
    """Returns what to exit with: None or one sentence."""
    try:
        report, gap, place = look(kept_place(path))
    except (CannotLook, OSError) as reason:
        unknown = f"check_mail_logs: cannot read the mail log of {socket.gethostname()}: {reason}"
        failure = send_alert(f"[mail] {socket.gethostname()}: log cannot be read", unknown, sender)
        return f"{unknown} (and no alert could be sent: {failure})" if failure else unknown
    if report.kinds or gap:
        failure = send_alert(report.subject(), report.body(gap), sender)
        if failure:
            return f"check_mail_logs: found problems, but the alert was not accepted: {failure}"
    keep_place(path, place)
    return None


if __name__ == "__main__":
    sys.exit(main())
