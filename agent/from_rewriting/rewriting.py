"""Who a message may come from, and what becomes of it when it comes from somebody else.

Nothing here knows of Postfix. RFC 5322 section 3.6.2 is about From, Sender and Reply-To, section
3.6.6 about the fields of those who resend.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.from_rewriting.mailboxes import (
    MOST_MAILBOXES,
    Mailbox,
    Reading,
    is_plain_address,
    read_mailboxes,
)
from agent.from_rewriting.names import (
    clean_name,
    composed,
    decoded_name,
    encoded_text,
    expressed,
    is_plain_name,
    one_line,
)

Fields = Sequence[tuple[str, str]]
ORIGINAL = "X-Original-From"
_RESENT = ("Resent-From", "Resent-Sender")


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

    def may_stay(self, mailbox: Mailbox) -> bool:
        """Only plain addresses may: of all others, somebody's parser makes another address."""
        return is_plain_address(mailbox.address) and self.instead_of(mailbox.address) is None


@dataclass(frozen=True)
class Rewriting:
    """`fields`: one value in place of all fields of that name; None takes them away.

    `envelope`: the sender in place of the one that was given, when there is one. `remark`: what
    could not be kept, for the log, without anything that a stranger wrote.
    """

    fields: dict[str, str | None] = field(default_factory=dict)
    envelope: str | None = None
    remark: str | None = None


def rewriting(rules: Rules, fields: Fields, envelope: str) -> Rewriting:
    """What has to change of a message with these header fields. `envelope` is without <>.

    Whatever is not read with certainty counts as an author who may not be used.
    """
    authors = _read(fields, "from")
    domain = _domain_instead(rules, authors)
    changes: dict[str, str | None] = {}
    remark = None
    if domain:
        by = f"{_name(authors.mailboxes)} via {domain}"
        changes["From"] = composed(by, f"noreply@{domain}")
        if not _is_answered(fields):
            answers, remark = _answers(authors.mailboxes)
            changes.update(answers)
    elif not _all_plain(authors):
        changes["From"] = _composed_list(authors.mailboxes)
    first = authors.mailboxes[0].address if not domain and len(authors.mailboxes) > 1 else None
    changes.update(_sender(rules, _read(fields, "sender"), _has(fields, "sender"), first))
    for name in _RESENT:
        if _has(fields, name) and not _stays(rules, _read(fields, name)):
            changes[name] = None
    return Rewriting(changes, _envelope(rules, envelope, domain), remark)


def _read(fields: Fields, name: str) -> Reading:
    return read_mailboxes([value for found, value in fields if is_named(found, name)])


def _has(fields: Fields, name: str) -> bool:
    return any(is_named(found, name) for found, _ in fields)


def is_named(found: str, name: str) -> bool:
    """White space before the colon is obsolete, and part of no name (RFC 5322 section 4.5)."""
    return found.strip().lower() == name.lower()


def _is_answered(fields: Fields) -> bool:
    """Whether the message has a Reply-To already, with anything like an address in it."""
    return any(is_named(found, "reply-to") and "@" in value for found, value in fields)


def _domain_instead(rules: Rules, authors: Reading) -> str | None:
    """As Rules.instead_of, for all of them together."""
    known = [rules.instead_of(mailbox.address) for mailbox in authors.mailboxes]
    if authors.certain and all(map(rules.may_stay, authors.mailboxes)):
        return None
    return next((domain for domain in known if domain), rules.domains[0])


def _all_plain(reading: Reading) -> bool:
    return reading.plain and all(is_plain_name(mailbox.name) for mailbox in reading.mailboxes)


def _stays(rules: Rules, reading: Reading) -> bool:
    return reading.certain and _all_plain(reading) and all(map(rules.may_stay, reading.mailboxes))


def _composed_list(mailboxes: Sequence[Mailbox]) -> str:
    return ",\n ".join(composed(mailbox.name, mailbox.address) for mailbox in mailboxes)


def _answers(authors: Sequence[Mailbox]) -> tuple[dict[str, str], str | None]:
    """A Reply-To with the authors that it can hold, and the others as text."""
    kept, lost = [], []
    for author in authors[:MOST_MAILBOXES]:
        address = expressed(author)
        if address:
            kept.append(composed(author.name, address))
        else:
            lost.append(one_line(f"{decoded_name(author.name)} <{author.address}>".strip()))
    answers = {"Reply-To": ",\n ".join(dict.fromkeys(kept))} if kept else {}
    if lost:
        answers[ORIGINAL] = encoded_text(", ".join(lost))
    left_out = len(lost) + len(authors[MOST_MAILBOXES:])
    remark = f"{left_out} of {len(authors)} authors are not in Reply-To" if left_out else None
    return answers, remark


def _sender(
    rules: Rules, sender: Reading, there: bool, first_author: str | None
) -> dict[str, str | None]:
    """Providers check Sender, too. One that may not be used goes; several authors need one."""
    if not there or (_stays(rules, sender) and len(sender.mailboxes) == 1):
        return {}
    return {"Sender": first_author}


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


def _name(mailboxes: Sequence[Mailbox]) -> str:
    """Who wrote it, for people: a name, or else what is before the @ of the address."""
    found = [clean_name(mailbox.name) or clean_name(mailbox.local) for mailbox in mailboxes]
    known = [name for name in found if name]
    return f"{known[0]} and others" if len(known) > 1 else next(iter(known), "somebody")
