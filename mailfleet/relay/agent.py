"""Programs that run on a host: their text and their request, to go in on standard input.

A host runs them as `python3 -I -`. Program and request alike come in on standard input, so
that nothing of them is in an argument list, in `ps` or in verbose output.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

AGENT = Path(__file__).resolve().parents[2] / "agent"
COMMAND = "python3 -I -"
_HOST = (
    "host/common.py",
    "host/files.py",
    "host/state.py",
    "host/switching.py",
    "host/history.py",
)
_CHECK = ("host/configuration.py", "host/strangers.py", "host/lint.py")
_CHANGE = (*_HOST, *_CHECK, "host/postfix.py", "host/guard.py")
# The parts become one module: what they import from each other is there already.
_OWN_IMPORT = re.compile(r"^from agent\.\S+ import (?:\([^)]*\)|.*)\n", re.MULTILINE)
_FUTURE = "from __future__ import annotations\n"  # Amazon Linux 2023 has Python 3.9
_PARTS = {
    "read": (*_HOST, "host/installed.py", "host/release.py", "host/read.py"),
    "apply": (
        *_CHANGE,
        "host/apt.py",
        "host/dnf.py",
        "host/packages.py",
        "host/certificate.py",
        "host/canary.py",
        "host/apply.py",
    ),
    "drain_connections": ("drain_connections.py",),
    "probe_message": ("smtp_session.py", "probe_message.py"),
    "switch": (*_CHANGE, "host/rerouting.py", "host/switch.py"),
    "rollback": (*_CHANGE, "host/rollback.py"),
    "probe_smtp": ("smtp_session.py", "probe_smtp.py"),
}


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
    return StdinText("\n".join(["# -*- coding: utf-8 -*-", joined(*_PARTS[name]), call]))


def joined(*parts: str) -> str:
    """Files of agent/, of which each may import from those before it, as one program."""
    texts = [_OWN_IMPORT.sub("", (AGENT / part).read_text()) for part in parts]
    return _FUTURE + "\n".join(text.replace(_FUTURE, "") for text in texts)
