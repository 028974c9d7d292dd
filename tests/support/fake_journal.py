"""A stand-in for journalctl that behaves as systemd 252's does."""

import json
from pathlib import Path

from agent.monitor.entry import Entry
from agent.monitor.journal import JournalPass, Limits, Place
from tests.support.mail_log import AT, journal_line

JOURNALCTL = """#!/usr/bin/python3 -I
import json, re, sys, time
lines = open({path!r}, "rb").read().split(b"\\n")[:-1]
options = dict(a[2:].split("=", 1) for a in sys.argv[1:] if a.startswith("--") and "=" in a)
with open({path!r} + ".calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
cursor = options.get("cursor")
if cursor and not cursor.startswith("s="):
    sys.exit("Failed to seek to cursor: Invalid argument")
number = lambda line: int(re.search(b";i=([0-9a-f]+);", line)[1], 16)
if "since" in options:
    since = int(options["since"][1:]) * 1000000
    lines = [line for line in lines if json.loads(line)["__REALTIME_TIMESTAMP"] >= str(since)]
if cursor:
    at = number(cursor.encode())
    lines = [line for line in lines if number(line) >= at]
if "lines" in options:
    lines = lines[:1] if cursor else lines[-1:]
elif {wait!r}:
    time.sleep(60)
else:
    lines = [line for line in lines if b"_TRANSPORT" in line and b'"other.service"' not in line]
sys.stdout.buffer.write(b"".join(line + b"\\n" for line in lines))
sys.exit({error!r})
"""


class Journal:
    """What is logged, in a directory that is first in PATH. `wait`: journalctl hangs; `error`: it
    fails with that."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "journal"
        self.program = directory / "journalctl"
        self.lines: list[bytes] = []
        self.error: str | None = None
        self.wait = False

    def log(self, message: object = "x", *args: str, **fields: object) -> None:
        number = max((int(json.loads(x)["__CURSOR"].split(";")[1][2:], 16) for x in self.lines),
                     default=0) + 1  # fmt: skip
        line = journal_line(message, *args, number=number, **fields)  # type: ignore[arg-type]
        self.lines.append(line)

    def read(self, start: Place, limits: Limits | None = None) -> tuple[list[Entry], JournalPass]:
        self.path.write_bytes(b"".join(line + b"\n" for line in self.lines))
        text = JOURNALCTL.format(path=str(self.path), error=self.error, wait=self.wait)
        self.program.write_text(text)
        self.program.chmod(0o755)
        reading = JournalPass(start, AT + 1, limits or Limits())
        return list(reading), reading
