"""The milter that Postfix asks about every message: it changes From, Reply-To, Sender and the
envelope sender of those that come from somebody who may not be used, and lets every message pass.

The rules are read anew for each message, so that they change without a restart. When this
program fails or is not there, Postfix goes on without it (milter_default_action). Header fields
come here with their addresses rewritten already, the envelope sender comes as it was given
("Postfix before-queue Milter support").
"""

from __future__ import annotations

import json
import sys
from typing import Any

import Milter

from agent.senders.rewriting import Rules, rewriting

RULES = "/etc/postfix/senders.json"
SOCKET = "unix:/run/mailfleet-senders/socket"
SECONDS = 60  # without a word from Postfix


class Senders(Milter.Base):  # type: ignore[misc]
    """One connection of Postfix's, and its messages one after the other."""

    def envfrom(self, sender: str, *_: str) -> Any:
        self.envelope = sender.removeprefix("<").removesuffix(">")
        self.fields: list[tuple[str, str]] = []
        return Milter.CONTINUE

    def header(self, name: str, value: str) -> Any:
        self.fields.append((name, value))
        return Milter.CONTINUE

    def eom(self) -> Any:
        try:
            self._rewrite()
        except Exception as error:  # a message must not wait for a mistake of ours
            print(f"a message was left as it is: {type(error).__name__}: {error}", file=sys.stderr)
        return Milter.ACCEPT

    def _rewrite(self) -> None:
        with open(RULES, encoding="utf-8") as file:
            rules = Rules(**json.load(file))
        change = rewriting(rules, self.fields, self.envelope)
        for name, value in change.fields.items():
            self._replace(name, value)
        if change.envelope:
            self.chgfrom(change.envelope)

    def _replace(self, name: str, value: str | None) -> None:
        """Fields of one name are counted from 1; from the last, as each that goes moves others."""
        there = sum(found.lower() == name.lower() for found, _ in self.fields)
        for number in range(there, 0 if value is None else 1, -1):
            self.chgheader(name, number, "")
        if value is not None and there:
            self.chgheader(name, 1, value)
        elif value is not None:
            self.addheader(name, value)


def main() -> None:
    Milter.factory = Senders
    Milter.set_flags(Milter.ADDHDRS | Milter.CHGHDRS | Milter.CHGFROM)
    Milter.runmilter("mailfleet-senders", SOCKET, SECONDS)


if __name__ == "__main__":
    main()
