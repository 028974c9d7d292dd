"""The envelope of a queued message: from postcat(1), for a new submission by SMTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NOTIFY = {1: "NEVER", 2: "SUCCESS", 4: "FAILURE", 8: "DELAY"}  # Postfix's dsn_mask.h
_RETURN = {1: "FULL", 2: "HDRS"}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_STRING = re.compile(rf"{_ATOM}(\.{_ATOM})*")


@dataclass
class Envelope:
    """Who a message is from and still has to go to, with what a client asked for (RFC 3461, RFC
    6152), as options of SMTP."""

    sender: str = ""
    options: list[str] = field(default_factory=list)
    recipients: list[tuple[str, list[str]]] = field(default_factory=list)


def read_envelope(text: str) -> Envelope:
    """The envelope as postcat(1) shows it. Recipients that already have the message are not a
    `recipient` there; a recipient's options precede it."""
    envelope = Envelope()
    asked: list[str] = []
    for name, value in (line.partition(": ")[::2] for line in text.splitlines()):
        if name == "sender":
            envelope.sender = quoted(value)
        elif name == "recipient":
            envelope.recipients.append((quoted(value), asked))
        elif name == "named_attribute":
            key, _, what = value.partition("=")
            options = _option_of_mail(key, what)
            envelope.options += [o for o in options if o not in envelope.options]
            asked = asked + _option_of_recipient(key, what)
        if name.endswith("recipient") and name != "original_recipient":
            asked = []
    return envelope


def _option_of_mail(key: str, value: str) -> list[str]:
    if key == "envelope_id":
        return [f" ENVID={_xtext(value)}"]
    if key == "ret_flags" and int(value) in _RETURN:
        return [f" RET={_RETURN[int(value)]}"]
    return [" BODY=8BITMIME"] if (key, value) == ("encoding", "8bit") else []


def _option_of_recipient(key: str, value: str) -> list[str]:
    if key == "notify_flags" and int(value):
        words = [word for bit, word in _NOTIFY.items() if int(value) & bit]
        return [f" NOTIFY={','.join(words)}"]
    if key == "dsn_orig_rcpt" and value:
        kind, _, address = value.partition(";")
        return [f" ORCPT={kind};{_xtext(address)}"]
    return []


def quoted(address: str) -> str:
    """An address as SMTP writes it (RFC 5321 section 4.1.2), of one as Postfix keeps it."""
    local, at, domain = address.rpartition("@")
    if not at or _DOT_STRING.fullmatch(local):
        return address
    escaped = re.sub(r'(["\\])', r"\\\1", local)
    return f'"{escaped}"@{domain}'


def _xtext(value: str) -> str:
    """RFC 3461 section 4."""
    return "".join(c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in value)
