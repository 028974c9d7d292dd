"""mailfleet status, silence and test-alert on hosts, with what their monitors would have left."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.support.cli import MAILFLEET, ROOT, Run, mailfleet
from tests.support.fleet import INVENTORY, Fleet

WELL, OLD, DEAD = "relay1", "relay2", "relay3"
STATE = "/var/lib/mailfleet-monitor"
# By the host's own clock: AGE seconds ago.
LEAVE = """
import json, os, time
os.makedirs("STATE", exist_ok=True)
hour = {"sent": 3, "deferred": 0, "bounced": 0, "expired": 0, "rejected": 0}
status = {"version": 1, "host": "x", "at": time.time() - AGE, "level": "ok", "findings": [],
          "queue": {"active": 0, "deferred": 0, "hold": 0, "count": 0, "exact": True,
                    "oldest_seconds": 0},
          "hour": {"ses": hour}, "weights": {"ses": 1}, "switch": None, "channels": {}}
json.dump(status, open("STATE/status.json", "w"))
"""


def run(fleet: Fleet, command: str, *arguments: str) -> Run:
    every = [command, INVENTORY, *arguments, "--group-data", str(fleet.policy)]
    return mailfleet(*every, env=fleet.env, timeout=120)


@pytest.fixture
def watched(deployed: Fleet) -> Iterator[Fleet]:
    """One host with a status of now, one with an old one; what was there is restored."""
    deployed.ssh(WELL, "systemctl stop check-mail-logs.timer", check=False)
    deployed.ssh(OLD, "systemctl stop check-mail-logs.timer", check=False)
    for relay, age in ((WELL, 5), (OLD, 400)):
        deployed.ssh(relay, "python3 -", LEAVE.replace("STATE", STATE).replace("AGE", str(age)))
    yield deployed
    for relay in (WELL, OLD):
        deployed.ssh(relay, f"rm -f {STATE}/status.json {STATE}/silences.json")
        deployed.ssh(relay, "systemctl start check-mail-logs.timer", check=False)


def test_one_is_well_one_has_an_old_status_and_one_is_dead(watched: Fleet) -> None:
    with watched.dead(DEAD):
        shown = run(watched, "status")
        assert shown.status == 2, shown.output
        assert "3 hosts, 1 ok, 2 unknown" in shown.output
        assert re.search(rf"^{WELL} +ok +0 +- +0 +ses 3$", shown.output, re.MULTILINE)
        assert re.search(rf"^{OLD} +unknown .*its status is 6 min old", shown.output, re.MULTILINE)
        assert re.search(rf"^{DEAD} +unknown .*not reached: ", shown.output, re.MULTILINE)
        assert "Traceback" not in shown.output
        found = json.loads(run(watched, "status", "--json", "--limit", WELL).output)
        assert [(each["host"], each["level"]) for each in found] == [(WELL, "ok")]


def test_watching_ends_with_ctrl_c(watched: Fleet) -> None:
    process = subprocess.Popen(
        [*MAILFLEET, "status", INVENTORY, "--watch", "--limit", WELL,
         "--group-data", str(watched.policy)],
        cwd=ROOT, env={**os.environ, **watched.env}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    time.sleep(15)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 130, output
    assert output.count("1 hosts, 1 ok") >= 1
    assert "Traceback" not in output


def test_a_silence_is_written_by_each_host_and_ended(watched: Fleet) -> None:
    limit = ("--limit", WELL)
    shown = run(watched, "silence", "queue:oldest", "2h", *limit)
    assert shown.status == 0, shown.output
    assert f"{WELL}: queue:oldest is silenced until " in shown.output
    entry = json.loads(watched.ssh(WELL, f"cat {STATE}/silences.json"))["queue:oldest"]
    assert entry["until"] - entry["at"] == pytest.approx(7200)
    assert "@" in entry["by"]
    shown = run(watched, "silence", "queue:oldest", "off", *limit)
    assert shown.output.strip() == f"{WELL}: queue:oldest is not silenced"
    assert json.loads(watched.ssh(WELL, f"cat {STATE}/silences.json")) == {}
