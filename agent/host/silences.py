"""Alerts that are not to be sent for a while, as `mailfleet silence` asks for.

The monitor reads the file: by key, `until` when, and who asked for it when (`by`, `at`). Times are
in seconds since 1970.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from typing import Any

from agent.answer import print_answer
from agent.host.common import HostError, ending_in_one_sentence

MONITOR_STATE = "/var/lib/mailfleet-monitor"
MOST_SILENCES = 100


def silence(request: Mapping[str, Any], root: str = "") -> dict[str, Any]:
    """`key`; `seconds` from now, None to end a silence; `by`. Answers with those in force."""
    directory, now = f"{root}{MONITOR_STATE}", time.time()
    if not os.path.isdir(directory):
        raise HostError(f"found no {MONITOR_STATE}: nothing monitors this host, run deploy.py")
    silences = {
        key: entry for key, entry in _silences(f"{directory}/silences.json").items()
        if entry["until"] > now and key != request["key"]
    }  # fmt: skip
    if request["seconds"] is not None:
        until = now + request["seconds"]
        silences[request["key"]] = {"until": until, "by": request["by"], "at": now}
    if len(silences) > MOST_SILENCES:
        raise HostError(f"found {MOST_SILENCES} silences in force, which is the most there may be")
    _write_silences(directory, silences)
    return {"silences": silences}


def _silences(path: str) -> dict[str, dict[str, Any]]:
    """Empty when the file is not there or damaged: a new one takes its place."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, encoding="utf-8") as file:
            found = json.load(file)
        return {str(key): {**entry, "until": float(entry["until"])} for key, entry in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write_silences(directory: str, silences: Mapping[str, Any]) -> None:
    """Atomically. The directory is the monitor's, which has no rights: the new file has a name that
    it cannot foresee, and is made, never opened."""
    descriptor, new = tempfile.mkstemp(dir=directory, prefix="silences.")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o644)
            file.write(f"{json.dumps(silences, indent=1)}\n")
            file.flush()
            os.fsync(descriptor)
        os.replace(new, f"{directory}/silences.json")
    except OSError:
        os.unlink(new)
        raise


def main(text: str) -> None:
    request = json.loads(text)
    ending_in_one_sentence(lambda: print_answer(silence(request)))
