"""What a pass over a full journal costs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mailfleet.relay.reply_classes import logged_classes
from tests.support.mail_log import HOST, LANES, SERVERS, delivery, journal_line

LINES = 100_000
PASS = """
import json, re, resource, sys
from agent.monitor.journal import JournalPass, Place
from agent.monitor.reasons import Reasons
from agent.monitor.tally import Tally

lanes, servers, classes = json.loads(sys.argv[2])
tally = Tally(lanes, servers, Reasons(classes))
reading = JournalPass(Place(), 1.8e9)
begin = resource.getrusage(resource.RUSAGE_SELF)
with open(sys.argv[1], "rb") as lines:
    for entry in reading.entries(lines):
        tally.add(entry)
end = resource.getrusage(resource.RUSAGE_SELF)
# ru_maxrss would be the test's own where that is larger: exec(2) passes it on
memory = re.search("VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1]
print(reading.lines, tally.total("ses", "sent"), tally.total("ses", "deferred"),
      end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime, memory)
"""


def lines_of_a_message(number: int) -> list[bytes]:
    """Ten lines; every fifth message is deferred twice, each time in other words."""
    queue_id = f"4jbLLq{number:08}"
    failed = f"{HOST} said: 451 Temporary service failure, request {number}"
    tried = [
        delivery("deferred", failed, queue_id=queue_id),
        delivery("deferred", f"{failed}a", queue_id=queue_id),
        delivery("sent", f"250 Ok {number}", queue_id=queue_id),
    ]
    common = [
        ("postfix/smtpd", "connect from localhost[127.0.0.1]"),
        ("postfix/smtpd", f"{queue_id}: client=localhost[127.0.0.1]"),
        ("postfix/cleanup", f"{queue_id}: message-id=<{number}@relay1>"),
        ("postfix/qmgr", f"{queue_id}: from=<a@b.example>, size=700, nrcpt=1 (queue active)"),
        ("postfix/smtpd", "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 quit=1 commands=3"),
    ]
    attempts = tried if number % 5 == 0 else tried[2:]
    end = [("postfix/qmgr", f"{queue_id}: removed")]
    named = [*common, *(("postfix/ses-1/smtp", line) for line in attempts), *end]
    return [
        journal_line(text, name, number=10 * number + place)
        for place, (name, text) in enumerate(named)
    ]


@pytest.mark.case("alerts-3")
def test_a_hundred_thousand_lines_take_a_second_and_little_memory(tmp_path: Path) -> None:
    """Processor time of the pass alone, and memory of all of its process. (0.5 s on two cores of
    2025 that are otherwise idle.)"""
    path, number, written = tmp_path / "journal", 0, 0
    with path.open("wb") as file:
        while written < LINES:
            found = lines_of_a_message(number)
            file.writelines(line + b"\n" for line in found)
            number, written = number + 1, written + len(found)
    known = json.dumps([LANES, SERVERS, list(logged_classes())])
    costs = []
    for _ in range(5):  # what else runs on the machine's cores slows this down
        done = subprocess.run(
            [sys.executable, "-c", PASS, str(path), known],
            capture_output=True,
            text=True,
            check=True,
        )
        lines, sent, deferred, cpu, memory = done.stdout.split()
        assert (int(lines), int(sent)) == (written, number)
        assert int(deferred) == 2 * len(range(0, number, 5))
        assert int(memory) < 64 * 1024
        costs.append(float(cpu))
        if costs[-1] < 1.0:
            break
    assert min(costs) < 1.0
