"""The status that the monitor has left on this host, for `mailfleet status`."""

from __future__ import annotations

import errno
import json
import os
import time
from typing import Any

from agent.answer import print_answer
from agent.host.common import HostError, ending_in_one_sentence

MONITOR_STATE = "/var/lib/mailfleet-monitor"
LARGEST_STATUS = 1024 * 1024  # bytes


def monitor_status(root: str = "") -> dict[str, Any]:
    """`now`: this host's time, by which the status's age counts; `status`: as
    agent/monitor/status.py writes it, None where the monitor has never left one."""
    path = f"{root}{MONITOR_STATE}/status.json"
    return {"now": time.time(), "status": _read_status(path)}


def _read_status(path: str) -> Any:
    """The monitor has no rights: what it names as its status is not followed elsewhere."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise HostError(f"{path}: found a symbolic link, expected a file") from None
        raise
    with open(descriptor, "rb") as file:
        content = file.read(LARGEST_STATUS + 1)
    if len(content) > LARGEST_STATUS:
        raise HostError(f"{path}: found more than {LARGEST_STATUS} bytes, expected a status")
    try:
        return json.loads(content)
    except ValueError:
        raise HostError(f"{path}: found no JSON, expected the monitor's status") from None


def main(text: str) -> None:
    ending_in_one_sentence(lambda: print_answer(monitor_status()))
