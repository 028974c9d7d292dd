"""Postfix's own lines of the journal since a time, for a search."""

from __future__ import annotations

import json
import pwd
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from agent.host.common import time_for
from agent.monitor.journal import POSTFIX_UNITS, Entry
from agent.monitor.journalctl import JOURNALCTL, LONGEST_ENTRY, text_of

TRACING = 45.0  # seconds
MOST_LINES = 3_000_000


class MailLog:
    """Postfix's trusted lines since a time. `complete` is False after a reading that a limit of
    lines or of time ended."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.complete = True
        self._users = {"0", *_uids("postfix")}

    def begins(self) -> float | None:
        """The time of the journal's oldest entry of all; None when it is before `since`."""
        found: list[float] = []
        for line in self._lines("--output-fields=PRIORITY"):
            found.append(_at(json.loads(line)))
            break
        oldest = found[0] if found else time.time()
        return oldest if oldest > self.since else None

    def entries(self, wanted: Callable[[bytes], Any]) -> Iterator[Entry]:
        """Those in whose JSON, in lower case, `wanted` (a bytes expression's search) finds
        something."""
        units = [f"_SYSTEMD_UNIT={unit}" for unit in sorted(POSTFIX_UNITS)]
        fields = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,PRIORITY,_SYSTEMD_UNIT,_UID"
        since = f"--since=@{max(0, int(self.since))}"
        for number, line in enumerate(self._lines(fields, since, *units)):
            if number >= MOST_LINES:
                self.complete = False
                return
            if wanted(line.lower()) and (entry := self.trusted(line)):
                yield entry

    def trusted(self, line: bytes) -> Entry | None:
        """The entry of a line of journalctl's, when it is Postfix's own."""
        try:
            fields = json.loads(line.decode("utf-8", "replace"))
            unit, at = fields.get("_SYSTEMD_UNIT"), _at(fields)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        if unit not in POSTFIX_UNITS or fields.get("_UID") not in self._users:
            return None
        identifier = text_of(fields.get("SYSLOG_IDENTIFIER"))
        return Entry(at, unit, identifier, 6, text_of(fields.get("MESSAGE")))

    def _lines(self, *arguments: str) -> Iterator[bytes]:
        limit = time_for("journalctl", TRACING)
        with subprocess.Popen(
            [*JOURNALCTL, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as journal:  # fmt: skip
            late = threading.Event()
            timer = threading.Timer(limit, self._stop, [journal, late])
            timer.start()
            try:
                if journal.stdout:
                    yield from _limited(journal.stdout)
            finally:
                timer.cancel()
                journal.kill()
                self.complete = self.complete and not late.is_set()

    def _stop(self, journal: subprocess.Popen[bytes], late: threading.Event) -> None:
        late.set()
        journal.kill()


def _limited(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_ENTRY):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_ENTRY)
        yield line


def _at(fields: Mapping[str, Any]) -> float:
    return int(fields["__REALTIME_TIMESTAMP"]) / 1e6


def _uids(user: str) -> Iterator[str]:
    try:
        yield str(pwd.getpwnam(user).pw_uid)
    except KeyError:
        return
