"""The milter that Postfix asks about every message: it changes From, Reply-To, Sender and the
envelope sender of those that come from somebody who may not be used.

The rules are read anew for each message, so that they change without a restart. What cannot be
judged is put off with 4xx, and so does Postfix when this program is not there
(milter_default_action, postconf(5)). Header fields come here with their addresses rewritten
already, the envelope sender comes as it was given ("Postfix before-queue Milter support").
"""

from __future__ import annotations

import sys
import traceback
from typing import Any

import Milter

from agent.from_rewriting.rewriting import Fields, is_named, rewriting
from agent.from_rewriting.rules import NoRules, read_rules

RULES = "/etc/postfix/senders.json"
SOCKET = "unix:/run/mailfleet-senders/socket"
SECONDS = 60  # without a word from Postfix
_WARNING, _INFO = "<4>", "<6>"  # sd-daemon(3)


class Senders(Milter.Base):  # type: ignore[misc]
    """One connection of Postfix's, and its messages one after the other."""

    fields: list[tuple[str, str]] | None = None  # none before a message begins

    def envfrom(self, sender: str, *_: str) -> Any:
        self.envelope = sender.removeprefix("<").removesuffix(">")
        self.fields = []
        return Milter.CONTINUE

    def header(self, name: str, value: str) -> Any:
        if self.fields is None:
            return _put_off("a header field came before a message began")
        self.fields.append((name, value))
        return Milter.CONTINUE

    def eom(self) -> Any:
        fields, self.fields = self.fields, None
        try:
            if fields is None:
                return _put_off("a message ended that had not begun")
            self._rewrite(fields)
        except NoRules as reason:
            return _put_off(str(reason))
        except Exception as error:
            # Not its words, which may be the message's.
            where = traceback.extract_tb(error.__traceback__)[-1]
            return _put_off(f"{type(error).__name__} in {where.name}, line {where.lineno}")
        return Milter.ACCEPT

    def _rewrite(self, fields: Fields) -> None:
        change = rewriting(read_rules(RULES), fields, self.envelope)
        for name, value in change.fields.items():
            self._replace(name, value, sum(is_named(found, name) for found, _ in fields))
        if change.envelope:
            self.chgfrom(change.envelope)
        if change.remark:
            queue_id = self.getsymval("i") or "a message"
            print(f"{_INFO}{queue_id}: {change.remark}", file=sys.stderr, flush=True)

    def _replace(self, name: str, value: str | None, there: int) -> None:
        """Fields of one name are counted from 1; from the last, as each that goes moves others."""
        for number in range(there, 0 if value is None else 1, -1):
            self.chgheader(name, number, "")
        if value is not None and there:
            self.chgheader(name, 1, value)
        elif value is not None:
            self.addheader(name, value)


def _put_off(reason: str) -> Any:
    """The sender tries again; a mistake of ours lets no message pass as it is."""
    print(f"{_WARNING}a message was put off: {reason}", file=sys.stderr, flush=True)
    return Milter.TEMPFAIL


def main() -> None:
    Milter.factory = Senders
    Milter.set_exception_policy(Milter.TEMPFAIL)
    Milter.set_flags(Milter.ADDHDRS | Milter.CHGHDRS | Milter.CHGFROM)
    Milter.runmilter("mailfleet-senders", SOCKET, SECONDS)


if __name__ == "__main__":
    main()
