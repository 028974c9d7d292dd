"""Programs that run on a host: their text and their request, to go in on standard input.

A host runs them as `python3 -I -`. Program and request alike come in on standard input, so
that nothing of them is in an argument list, in `ps` or in verbose output.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

AGENT = Path(__file__).resolve().parents[2] / "agent"
COMMAND = "python3 -I -"
ANSWER = "mailfleet-answer: "
"""What stands before an answer: log-in shells print other things around it. Every program gives
one at its good end, for a log-in shell can also end well without ever starting it."""
_HOST = (
    "host/common.py",
    "host/files.py",
    "host/state.py",
    "host/provider_switch.py",
    "host/previous_config.py",
)
_CHECK = (
    "host/tables.py",
    "host/configuration.py",
    "host/access_checks.py",
    "host/open_relay.py",
    "host/milters.py",
    "host/lint.py",
    "host/complaints.py",
    "host/staging.py",
)
CHANGE = (*_HOST, "host/transaction.py", *_CHECK, "host/postfix.py", "host/lock.py")
_QUEUE = ("host/queue.py", "host/held.py")
_WAITING = (
    *_QUEUE,
    "host/verdicts.py",
    "host/lenient.py",
    "host/resubmit.py",
    "host/rerouting.py",
    "host/queued_mail.py",
    "host/changeover.py",
)
# The parts become one module: what they import from each other is there already.
_OWN_IMPORT = re.compile(r"^from agent\.\S+ import (?:\([^)]*\)|.*)\n", re.MULTILINE)
_FUTURE = "from __future__ import annotations\n"  # Amazon Linux 2023 has Python 3.9
_PARTS = {
    "read": (
        *_HOST,
        *_QUEUE,
        "host/tally.py",
        "host/installed_packages.py",
        "host/release.py",
        "host/read.py",
    ),
    "mailq": (*CHANGE, *_WAITING, "host/mailq.py"),
    "queue_preview": (*_HOST, *_QUEUE, "host/verdicts.py", "host/queue_preview.py"),
    "apply": (
        *CHANGE,
        *_WAITING,
        "host/installed_packages.py",
        "host/package_lock.py",
        "host/apt.py",
        "host/dnf.py",
        "host/packages.py",
        "host/certificate.py",
        "host/judge_units.py",
        "host/canary_verdict.py",
        "host/canary.py",
        "host/units.py",
        "host/apply.py",
    ),
    "drain_connections": ("drain_connections.py",),
    "probe_message": ("smtp_session.py", "probe_message.py"),
    "switch": (*CHANGE, "host/rerouting.py", "host/switch.py"),
    "rollback": (*CHANGE, *_WAITING, "host/rollback.py"),
    "probe_smtp": ("smtp_session.py", "probe_smtp.py"),
}
_ANSWERING = ("read", "queue_preview", "mailq", "probe_smtp")
"""Of the others only their good end is to be known."""
WITHIN = 75
"""Seconds for a program that waits for nothing but the host itself."""
UNFINISHED = {
    "read": "it was only read, and is as it was",
    "queue_preview": "it was only read, and is as it was",
    "mailq": "what was asked for may have been done to a part of the mail: look with mailq.py",
    "apply": "the change had been sent; it ends there by itself, old or new, or with the next run "
    "when the host has rebooted: run this again",
    "switch": "the switch had been sent, and may be in force: run this again",
    "rollback": "going back had been sent, and may have been done: look with `rollback.py --dry`, "
    "for going back twice undoes it",
    "probe_smtp": "only its providers were asked, and it is as it was",
    "probe_message": "only a message was to be sent, and it is as it was: run this again",
    "drain_connections": "its last connections were waited for, and nothing was to be changed: "
    "run this again",
}
"""What a host may have done that does not answer any more, by program."""


class StdinText(str):
    """Text for standard input that is not shown where pyinfra logs arguments.

    `encode()` gives the real text; every way of formatting gives a placeholder.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return "(program)"

    def __repr__(self) -> str:
        return "(program)"

    def __format__(self, spec: str) -> str:
        return format("(program)", spec)


def program(name: str, request: Mapping[str, object]) -> StdinText:
    """The text of the program `name`, carrying its request; the names are those of _PARTS."""
    call = f"main({json.dumps(json.dumps(request))})\n"
    if name not in _ANSWERING:
        call += "print_answer(None)\n"
    text = joined("answer.py", *_PARTS[name])
    return StdinText("\n".join(["# -*- coding: utf-8 -*-", text, call]))


def answer_in(lines: Iterable[str]) -> Any:
    """The answer of a program among all that came from a host. ValueError unless there is exactly
    one, and all of it."""
    found = [line.partition(ANSWER)[2] for line in lines if ANSWER in line]
    if len(found) != 1:
        raise ValueError(f"found {len(found)} answers, expected one")
    return json.loads(found[0])


def joined(*parts: str) -> str:
    """Files of agent/, of which each may import from those before it, as one program."""
    texts = [_OWN_IMPORT.sub("", (AGENT / part).read_text()) for part in parts]
    return _FUTURE + "\n".join(text.replace(_FUTURE, "") for text in texts)
