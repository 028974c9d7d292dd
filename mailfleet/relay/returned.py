"""The limits of returned mail: the program and the units, from the policy."""

from mailfleet.policy import Mail
from mailfleet.relay.agent import AGENT
from mailfleet.relay.component import UNITS, Component
from mailfleet.relay.file import File
from mailfleet.relay.render import render
from mailfleet.relay.systems import System

RETURNED = "/var/mail/returned"  # a maildir
PROGRAM = "/usr/local/bin/mailfleet_returned"
# The timer starts it right away, which makes the directory, and regularly for what gets old. The
# path unit starts it for each new message.
UNIT, TIMER, PATH = (f"mailfleet-returned.{kind}" for kind in ("service", "timer", "path"))


def returned(mail: Mail, system: System) -> tuple[Component, Component]:
    """Two components, because each has one enabled unit; every relay host has both."""
    values = {
        "directory": RETURNED,
        "limits": mail.relay.returned,
        "parent": RETURNED.rpartition("/")[0],
        "program": PROGRAM,
        "system": system,
    }
    service, timer, path = (
        File(UNITS + name, render(UNITS + name, **values)) for name in (UNIT, TIMER, PATH)
    )
    program = File(PROGRAM, (AGENT / "returned.py").read_bytes(), mode="755")
    return Component(True, (program, service, timer), TIMER), Component(True, (path,), PATH)
