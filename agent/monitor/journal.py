"""The mail log in the journal, read in bounded time and size.

journalctl begins at the cursor itself (--cursor): with --after-cursor, systemd 252 skips the first
entry that matches even where that is not the cursor's, and so loses a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from agent.monitor.entry import MAIL_UNITS, POSTFIX_UNITS, Entry, Trusted
from agent.monitor.journalctl import (
    Printed,
    clock,
    entry_exists,
    fields_of,
    is_later,
    newest_entry,
    time_of,
)

DROPPED = "a596d6fe7bfa4994828e72309e95d61e"  # SD_MESSAGE_JOURNAL_DROPPED
FIRST_LOOK = 3600  # seconds back from the first pass
TRIES = 3  # passes that may fail to end before lines are skipped
_FIELDS = (
    "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,_SYSTEMD_UNIT,_UID,_TRANSPORT,N_DROPPED,"
    "OBJECT_SYSTEMD_UNIT"
)


class Gap(NamedTuple):
    """Lines that were lost, or may have been. `kind`: vacuumed, suppressed, unfinished, skipped,
    or unreadable; `text`: one sentence; `remedy`: what prevents it; `number`: of lines, or of
    passes that did not end."""

    kind: str
    text: str
    remedy: str = ""
    number: int = 1


@dataclass(frozen=True)
class Limits:
    """Of one pass. What is left is read by the next one."""

    lines: int = 200_000
    size: int = 256 * 1024 * 1024  # bytes
    seconds: float = 20.0


@dataclass(frozen=True)
class Place:
    """Where the last pass stopped: a cursor, and when. `unfinished`: passes from here that began
    and did not end; keep begun() before a pass, and the pass's own `place` after it."""

    cursor: str = ""
    at: float = 0.0
    unfinished: int = 0

    @classmethod
    def read(cls, kept: object) -> Place:
        """What as_kept() made; a first place for None, and one that is not found for the rest."""
        if kept is None:
            return cls()
        lost = cls(cursor="lost")
        if not isinstance(kept, dict):
            return lost
        cursor, at, unfinished = (kept.get(name) for name in ("cursor", "at", "unfinished"))
        if not isinstance(cursor, str) or not cursor.isprintable():
            return lost
        if not isinstance(at, (int, float)) or not 0 <= at < 1e11:
            return lost
        return cls(cursor, float(at), unfinished if isinstance(unfinished, int) else 0)

    def as_kept(self) -> dict[str, object]:
        return {"cursor": self.cursor, "at": self.at, "unfinished": self.unfinished}

    def begun(self) -> Place:
        return Place(self.cursor, self.at, self.unfinished + 1)


class JournalPass:
    """One pass over what was logged since `start`: iterate over it, once.

    Then `place` is where the next one starts, `gaps` says what may be missing, `lines` how many
    entries there were, and `complete` whether the pass reached the end: counts are "at least"
    otherwise. Iterating raises JournalUnreadable.
    """

    def __init__(self, start: Place, now: float, limits: Limits = Limits()) -> None:
        self.start, self.now, self.limits = start, now, limits
        self.place = start
        self.gaps: list[Gap] = []
        self.complete = True
        self.lines = 0
        self._trusted = Trusted()
        self._dropped: dict[str, int] = {}
        self._unreadable = 0

    def __iter__(self) -> Iterator[Entry]:
        end, end_at = newest_entry()
        begin = self._begin()
        if self.start.unfinished >= TRIES:
            self._skip()
        elif end != self.start.cursor:
            yield from self._read(begin)
        if self.complete and not is_later(self.place.cursor, end):
            self.place = Place(end, end_at)
        self._tell_gaps()

    def _begin(self) -> str:
        """The option for journalctl; tells when lines before that are gone."""
        start = self.start
        if start.unfinished:
            text = f"{start.unfinished} checks of the mail log since {clock(start.at)} did not end"
            self.gaps.append(Gap("unfinished", text, number=start.unfinished))
        if not start.cursor:
            return f"--since=@{int(self.now - FIRST_LOOK)}"
        if entry_exists(start.cursor):
            return f"--cursor={start.cursor}"
        when = clock(start.at) if start.at else "an unknown time"
        text = f"the journal no longer has the entry at which the last check stopped ({when}): "
        text += "lines after it may be missing"
        self.gaps.append(Gap("vacuumed", text, "see SystemMaxUse= and Storage= in journald.conf"))
        since = start.at or self.now - FIRST_LOOK
        return f"--since=@{int(since)}"

    def _skip(self) -> None:
        """No line may stop the checks for good."""
        text = f"lines of the mail log since {clock(self.start.at)} were skipped, because "
        text += f"{self.start.unfinished} checks of them did not end"
        self.gaps.append(Gap("skipped", text))

    def _read(self, begin: str) -> Iterator[Entry]:
        units = [f"_SYSTEMD_UNIT={unit}" for unit in sorted(POSTFIX_UNITS | MAIL_UNITS)]
        match = [*units, "+", "_TRANSPORT=driver", f"MESSAGE_ID={DROPPED}"]
        printed = Printed(f"--output-fields={_FIELDS}", begin, *match, seconds=self.limits.seconds)
        yield from self.entries(printed)
        self.complete = self.complete and not printed.late

    def entries(self, lines: Iterable[bytes]) -> Iterator[Entry]:
        """Those of journalctl's lines that are of Postfix's or mailfleet's units; moves `place`."""
        size, last = 0, b""
        try:
            for line in lines:
                size += len(line)
                if self.lines >= self.limits.lines or size > self.limits.size:
                    self.complete = False
                    break
                self.lines += 1
                if _ORDINARY(line):
                    last = line
                elif fields := fields_of(line):
                    if entry := self._entry(fields):
                        yield entry
                    last = line
                else:
                    self._unreadable += 1
        finally:
            self._move_to(last)

    def _move_to(self, line: bytes) -> None:
        if fields := fields_of(line):
            self.place = Place(fields["__CURSOR"], time_of(fields))

    def _entry(self, fields: dict[str, Any]) -> Entry | None:
        if fields["__CURSOR"] == self.start.cursor:
            return None
        entry = self._trusted.entry(fields)
        driver = fields.get("_TRANSPORT") == "driver"
        if driver and fields.get("_SYSTEMD_UNIT") == "systemd-journald.service":
            self._drop(fields)
        return entry

    def _drop(self, fields: dict[str, Any]) -> None:
        unit, number = fields.get("OBJECT_SYSTEMD_UNIT"), str(fields.get("N_DROPPED"))
        if unit in POSTFIX_UNITS | MAIL_UNITS:
            known = int(number) if number.isdecimal() and len(number) < 10 else 1
            self._dropped[unit] = self._dropped.get(unit, 0) + known

    def _tell_gaps(self) -> None:
        for unit, number in sorted(self._dropped.items()):
            text = f"journald dropped {number} lines of {unit}, which logged more than its limit"
            remedy = f"systemctl edit {unit}: [Service] LogRateLimitIntervalSec=0"
            self.gaps.append(Gap("suppressed", text, remedy, number))
        if self._unreadable:
            text = f"journalctl printed {self._unreadable} entries that are not readable"
            self.gaps.append(Gap("unreadable", text, "journalctl --verify", self._unreadable))


# Most lines report nothing that counts. A quotation mark within a field is escaped, so that this
# matches in no other field.
_ORDINARY = re.compile(
    rb'"MESSAGE":"(?:connect from |disconnect from |[0-9A-Za-z]{5,32}: '
    rb'(?:removed"|message-id=<|from=<[^"\\]*\(queue active\)"))'
).search
