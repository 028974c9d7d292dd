"""Postfix's own lines of the journal since a time, for a search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from agent.host.common import time_for
from agent.monitor.entry import POSTFIX_UNITS, Entry, Trusted
from agent.monitor.journalctl import Printed, fields_of, time_of

TRACING = 45.0  # seconds
MOST_LINES = 3_000_000
_SHOWN = "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,PRIORITY,_SYSTEMD_UNIT,_UID"


class MailLog:
    """Postfix's trusted lines since a time. `complete` is False after a reading that a limit of
    lines or of time ended. Reading raises JournalUnreadable."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.complete = True
        self._trusted = Trusted()

    def begins(self) -> float | None:
        """The time of the journal's oldest entry of all; None when it is before `since`."""
        first = next(iter(self._printed("--output-fields=PRIORITY")), b"")
        fields = fields_of(first)
        oldest = time_of(fields) if fields else time.time()
        return oldest if oldest > self.since else None

    def entries(self, wanted: Callable[[bytes], Any]) -> Iterator[Entry]:
        """Those in whose JSON, in lower case, `wanted` (a bytes expression's search) finds
        something."""
        units = [f"_SYSTEMD_UNIT={unit}" for unit in sorted(POSTFIX_UNITS)]
        printed = self._printed(_SHOWN, f"--since=@{max(0, int(self.since))}", *units)
        for number, line in enumerate(printed):
            if number >= MOST_LINES:
                self.complete = False
                return
            if wanted(line.lower()) and (entry := self._trusted.entry(fields_of(line))):
                yield entry
        self.complete = self.complete and not printed.late

    def _printed(self, *arguments: str) -> Printed:
        return Printed(*arguments, seconds=time_for("journalctl", TRACING))
