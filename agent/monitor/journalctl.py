"""What journalctl prints: entries in JSON, their fields, and where they stand in the journal."""

from __future__ import annotations

import io
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import IO, Any

JOURNALCTL = ("journalctl", "--quiet", "--no-pager", "--system", "--output=json")
LONGEST_LINE = 4096  # characters of a message; journalctl shows no longer ones
LONGEST_ENTRY = 256 * 1024  # bytes of JSON


class JournalUnreadable(Exception):
    """The journal could not be read, and may hold problems: nothing is known."""


class Printed:
    """The lines that journalctl prints with these arguments, for at most `seconds`: iterate over
    them, once. Then `late` says whether it was ended before it had printed all. Iterating raises
    JournalUnreadable where journalctl fails."""

    def __init__(self, *arguments: str, seconds: float) -> None:
        self.late = False
        self._command = [*JOURNALCTL, *arguments]
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as complaints, subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        ) as journal:  # fmt: skip
            timer = threading.Timer(self._seconds, self._stop, [journal])
            timer.start()
            try:
                yield from bounded_lines(journal.stdout or io.BytesIO())
                status = journal.wait()
            finally:
                timer.cancel()
                journal.kill()
            if status and not self.late:
                complaints.seek(0)
                complaint = complaints.read(2000).decode(errors="replace").strip()
                raise JournalUnreadable(f"journalctl failed: {complaint or status}")

    def _stop(self, journal: subprocess.Popen[bytes]) -> None:
        self.late = True
        journal.kill()


_DECODE = json.JSONDecoder().raw_decode


def fields_of(line: bytes) -> dict[str, Any]:
    """Those of one entry of journalctl's; none where it is not one."""
    try:
        found, _ = _DECODE(line.decode("utf-8", "replace"))
        if isinstance(found["__CURSOR"], str) and int(found["__REALTIME_TIMESTAMP"]) >= 0:
            return found  # type: ignore[no-any-return]
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return {}


def time_of(fields: Mapping[str, Any]) -> float:
    return int(fields["__REALTIME_TIMESTAMP"]) / 1e6


def newest_entry() -> tuple[str, float]:
    """Cursor and time of the newest entry of all. journalctl succeeds without a journal, and no
    lines would then prove nothing: raises JournalUnreadable."""
    found = _one_entry()
    if found is None:
        raise JournalUnreadable("the journal is empty or keeps nothing: see Storage= in "
                                "journald.conf")  # fmt: skip
    return found


def entry_exists(cursor: str) -> bool:
    """Whether the journal still has the entry; False for a damaged cursor."""
    try:
        found = _one_entry(f"--cursor={cursor}")
    except JournalUnreadable:
        return False
    return found is not None and found[0] == cursor


def _one_entry(*start: str) -> tuple[str, float] | None:
    command = [*JOURNALCTL, "--output-fields=PRIORITY", "--lines=1", *start]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise JournalUnreadable(f"journalctl: {type(error).__name__}") from None
    try:
        fields = json.loads(done.stdout)
        return str(fields["__CURSOR"]), int(fields["__REALTIME_TIMESTAMP"]) / 1e6
    except (ValueError, KeyError, TypeError):
        complaint = done.stderr.decode(errors="replace").strip()[:2000]
        if complaint or done.returncode:
            raise JournalUnreadable(f"journalctl failed: {complaint or done.returncode}") from None
        return None


def is_later(cursor: str, end: str) -> bool:
    """Whether `cursor` is that of an entry after `end`: both have the sequence number of their
    entry, which counts only within the same series."""
    found = [dict(part.partition("=")[::2] for part in text.split(";")) for text in (cursor, end)]
    if found[0].get("s") != found[1].get("s"):
        return False
    try:
        return int(found[0]["i"], 16) >= int(found[1]["i"], 16)
    except (KeyError, ValueError):
        return False


def bounded_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines that end with a line feed and nothing else; longer ones than an entry are cut."""
    rest = b""
    while block := stream.read(1 << 16):
        first, *others = block.split(b"\n")
        rest += first[: LONGEST_ENTRY - len(rest)]
        for line in others:
            yield rest
            rest = line
    if rest:
        yield rest


def text_of(value: object) -> str:
    """A field of the journal: text, bytes as a list of numbers where it is not UTF-8, several
    values, or null when it is long."""
    if isinstance(value, list):
        if all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
            return bytes(value[:LONGEST_LINE]).decode(errors="replace")
        value = next((text for text in value if isinstance(text, str)), None)
    return value[:LONGEST_LINE] if isinstance(value, str) else ""


def clock(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
