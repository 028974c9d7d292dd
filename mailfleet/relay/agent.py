"""Programs that run on a host: their text with their request, for standard input.

A host runs them as `python3 -I -`. Program and request are passed on standard input, so that
nothing of them is in an argument list, in `ps` or in verbose output.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

AGENT = Path(__file__).resolve().parents[2] / "agent"
COMMAND = "python3 -I -"
ANSWER = "mailfleet-answer: "
"""The prefix of an answer, because login shells print other text around it. Every program answers
when it succeeds: a login shell may exit 0 without ever starting it."""
_HOST = (
    "host/common.py",
    "host/observe.py",
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
    "host/postfix_check.py",
)
CHANGE = (*_HOST, "host/transaction.py", *_CHECK, "host/postfix.py", "host/lock.py")
_QUEUE = ("host/queue.py", "host/held.py")
_WAITING = (
    *_QUEUE,
    "host/verdicts.py",
    "host/lenient.py",
    "host/envelope.py",
    "host/resubmit.py",
    "host/rerouting.py",
    "host/queued_mail.py",
    "host/changeover.py",
)
# The parts become one module, which already has what they import from each other.
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
    "mailq": (*CHANGE, *_WAITING, "host/mailq.py", "host/mailq_act.py"),
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
    "trace": (
        *_HOST,
        *_QUEUE,
        "monitor/journalctl.py",
        "monitor/entry.py",
        "monitor/postfix_line.py",
        "host/mail_log.py",
        "host/trace.py",
    ),
    "drain_connections": ("drain_connections.py",),
    "probe_message": ("smtp_session.py", "probe_message.py"),
    "switch": (*CHANGE, "host/rerouting.py", "host/switch.py"),
    "rollback": (*CHANGE, *_WAITING, "host/rollback.py"),
    "probe_smtp": ("smtp_session.py", "probe_smtp.py"),
}
_ANSWERING = ("read", "queue_preview", "mailq", "trace", "probe_smtp")
"""Programs with an answer of their own; the others answer None when they succeed."""
WITHIN = 75
"""Seconds for a program that only waits for the host itself."""
UNFINISHED = {
    "read": "it was only read, and nothing was changed",
    "queue_preview": "it was only read, and nothing was changed",
    "mailq": "the request may have been carried out for a part of the mail: check with mailq.py",
    "apply": "the change had been sent; the host completes it or rolls it back, or the next run "
    "does after a reboot: run this again",
    "switch": "the switch had been sent, and may be in force: run this again",
    "rollback": "the rollback had been sent, and may have been done: check with `rollback.py "
    "--dry`, because a second rollback undoes the first",
    "trace": "its log was only read",
    "probe_smtp": "only its providers were asked, and nothing was changed",
    "probe_message": "only a message was to be sent, and nothing was changed: run this again",
    "drain_connections": "it only waited for connections to close, and nothing was changed: "
    "run this again",
}
"""What a host that has stopped to answer may have done, by program."""


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
    """The text of the program `name` with its request; the names are those of _PARTS."""
    call = f"main({json.dumps(json.dumps(request))})\n"
    if name not in _ANSWERING:
        call += "print_answer(None)\n"
    text = joined("answer.py", *_PARTS[name])
    return StdinText("\n".join(["# -*- coding: utf-8 -*-", text, call]))


def answer_in(lines: Iterable[str]) -> Any:
    """The answer of a program in the output of a host. ValueError unless there is exactly one, and
    it is complete."""
    found = [line.partition(ANSWER)[2] for line in lines if ANSWER in line]
    if len(found) != 1:
        raise ValueError(f"found {len(found)} answers, expected one")
    return json.loads(found[0])


def joined(*parts: str) -> str:
    """Files of agent/ as one program; each may import from those before it."""
    texts = [_OWN_IMPORT.sub("", (AGENT / part).read_text()) for part in parts]
    return _FUTURE + "\n".join(text.replace(_FUTURE, "") for text in texts)
