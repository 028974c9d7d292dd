"""Who a message may come from, and what becomes of it when it comes from somebody else.

Nothing here knows of Postfix. RFC 5322 section 3.6.2 is about From, Sender and Reply-To; RFC 2047
about names that are not ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.utils import formataddr, getaddresses

Fields = Sequence[tuple[str, str]]
LONGEST_NAME = 80
_ADDRESS = re.compile(r"[!#-'*+\-/-9=?^-~A-Z]+(?:\.[!#-'*+\-/-9=?^-~A-Z]+)*@[A-Za-z0-9.-]+")
# What could end a name, or begin an encoded word, for whoever parses it sloppily.
_SPECIAL = re.compile(r'[<>@,;:"\\()\[\]\s]|=(?=\?)')


@dataclass(frozen=True)
class Rules:
    """`domains` are those of the policy, `senders` the addresses that may be used; `*` stands
    for anything in what is before the @. `foreign`: whether addresses of other domains become
    those of the first one; otherwise they are left alone."""

    domains: Sequence[str]
    senders: Sequence[str]
    foreign: bool

    def instead_of(self, address: str) -> str | None:
        """The domain whose noreply address takes the place of `address`; None when it may stay."""
        local, _, domain = address.lower().rpartition("@")
        domain = domain.rstrip(".")
        if any(_matches(f"{local}@{domain}", pattern.lower()) for pattern in self.senders):
            return None
        if domain in self.domains:
            return domain
        return self.domains[0] if self.foreign else None


@dataclass(frozen=True)
class Rewriting:
    """`fields`: one value in place of all fields of that name; None takes them away.

    `envelope`: the sender in place of the one that was given, when there is one.
    """

    fields: dict[str, str | None] = field(default_factory=dict)
    envelope: str | None = None


def rewriting(rules: Rules, fields: Fields, envelope: str) -> Rewriting:
    """What has to change of a message with these header fields. `envelope` is without <>."""
    authors = _addresses(fields, "from")
    domain = _domain_instead(rules, authors)
    changes: dict[str, str | None] = {}
    if domain:
        changes["From"] = _mailbox(f"{_name(authors)} via {domain}", f"noreply@{domain}")
        answers = [_mailbox(name, address) for name, address in authors if _usable(address)]
        if answers and not _addresses(fields, "reply-to"):
            changes["Reply-To"] = ",\n ".join(dict.fromkeys(answers))
    sender = _addresses(fields, "sender")
    if _has(fields, "sender") and _domain_instead(rules, sender):
        # several authors need a Sender
        usable = [address for _, address in authors if _usable(address)]
        several = not domain and len(authors) > 1
        changes["Sender"] = usable[0] if several and usable else None
    return Rewriting(changes, _envelope(rules, envelope, domain))


def _domain_instead(rules: Rules, mailboxes: Fields) -> str | None:
    """As Rules.instead_of, for all of them together; no address at all is somebody else's."""
    if not mailboxes:
        return rules.domains[0] if rules.foreign else None
    found = [rules.instead_of(address) for _, address in mailboxes]
    return next((domain for domain in found if domain), None)


def _envelope(rules: Rules, envelope: str, domain: str | None) -> str | None:
    """Providers check it like the From address, but any of our own domains will do. Bounces have
    none; what has no domain gets one from Postfix."""
    if not rules.foreign or "@" not in envelope:
        return None
    own = envelope.lower().rpartition("@")[2].rstrip(".")
    if own in rules.domains or rules.instead_of(envelope) is None:
        return None
    return f"noreply@{domain or rules.domains[0]}"


def _matches(address: str, pattern: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), address) is not None


def _has(fields: Fields, name: str) -> bool:
    return any(found.lower() == name for found, _ in fields)


def _addresses(fields: Fields, name: str) -> list[tuple[str, str]]:
    """(display name, address) of all fields of that name."""
    values = [_text(value) for found, value in fields if found.lower() == name]
    return [(name, address) for name, address in getaddresses(values) if address]


def _text(value: str) -> str:
    """A field's value on one line. Bytes that came as surrogates are UTF-8, or nothing known."""
    whole = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(" " if _is_control(c) else c for c in whole).split())


def _is_control(character: str) -> bool:
    """Also what turns the direction of writing, and line and paragraph separators."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _name(mailboxes: Fields) -> str:
    """Who wrote it, for people: a name, or else what is before the @ of the address."""
    found = [_clean(name) or _clean(address.partition("@")[0]) for name, address in mailboxes]
    known = [name for name in found if name]
    return f"{known[0]} and others" if len(known) > 1 else next(iter(known), "somebody")


def _clean(name: str) -> str:
    """A display name, decoded, as text that is nothing but a name to any parser."""
    try:
        decoded = str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        decoded = name
    text = _text(decoded.encode("utf-8", "replace").decode())
    return " ".join(_SPECIAL.sub(" ", text).split())[:LONGEST_NAME].strip()


def _usable(address: str) -> bool:
    # RFC 5321 section 4.5.3.1
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


def _mailbox(name: str, address: str) -> str:
    """Name and address as a header field has them, folded where it is long."""
    clean = _clean(name)
    if clean.isascii():
        return formataddr((clean, address))
    return f"{Header(clean, 'utf-8', header_name='Reply-To').encode()}\n <{address}>"
