"""A line of the mail log, and whose it is.

Only fields that journald itself sets decide that: anyone may log with the facility mail and the tag
postfix/smtp, nobody else from within Postfix's unit. The units' names: postfix@-.service on
Debian 12 and Ubuntu, postfix.service on Debian 13 and Amazon Linux.
"""

from __future__ import annotations

import pwd
from collections.abc import Mapping
from typing import Any, NamedTuple

from agent.monitor.journalctl import text_of, time_of

POSTFIX_UNITS = frozenset({"postfix@-.service", "postfix.service"})
MAIL_UNITS = frozenset({"mailfleet-senders.service", "mailfleet-returned.service",
                        "mailfleet-logins.service"})  # fmt: skip
_MAIL = "2"  # the facility; systemd itself logs from within a unit with another
_PRIORITIES = {str(number): number for number in range(8)}


class Entry(NamedTuple):
    """One line of Postfix or of a unit of mailfleet's. `at`: seconds since 1970."""

    at: float
    unit: str
    identifier: str  # postfix/ses-1/smtp
    priority: int
    message: str

    @property
    def of_postfix(self) -> bool:
        return self.unit in POSTFIX_UNITS


class Trusted:
    """Knows the users that Postfix's programs run as on this host."""

    def __init__(self) -> None:
        try:
            self._users = frozenset({"0", str(pwd.getpwnam("postfix").pw_uid)})
        except KeyError:
            self._users = frozenset({"0"})

    def entry(self, fields: Mapping[str, Any]) -> Entry | None:
        """The entry with these fields of journalctl's; None unless its unit wrote it."""
        unit = fields.get("_SYSTEMD_UNIT")
        if not isinstance(unit, str):
            return None
        if (unit in MAIL_UNITS and fields.get("SYSLOG_FACILITY") == _MAIL) or (
            unit in POSTFIX_UNITS and str(fields.get("_UID")) in self._users
        ):
            identifier = fields.get("SYSLOG_IDENTIFIER")
            return Entry(
                time_of(fields),
                unit,
                identifier if isinstance(identifier, str) else "",
                _PRIORITIES.get(str(fields.get("PRIORITY")), 6),
                text_of(fields.get("MESSAGE")),
            )
        return None
