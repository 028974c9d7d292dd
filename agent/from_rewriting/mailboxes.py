"""The mailboxes of a header field such as From, by RFC 5322 section 3.4, its obsolete forms too.

Parsers differ in comments, groups, quoted strings and bytes beyond ASCII, and email.utils differs
between releases of Python. So two readings have to agree before a field may stay as it is: the
tokens of the grammar, and one regular expression for the plain forms that every parser reads alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MOST_MAILBOXES = 50  # of one field, that a field of ours is made from
_LONGEST = 32768  # characters that are read at all
# Postfix breaks longer lines anywhere (smtp_line_length_limit, postconf(5)), within addresses too.
_LONGEST_LINE = 900
_ATEXT = r"A-Za-z0-9!#$%&'*+\-/=?^_`{|}~"
_DOT_ATOM = rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"{_DOT_ATOM}@{_LABEL}(?:\.{_LABEL})*")
# Printable ASCII, without what could end or begin an address for a sloppy parser.
_PLAIN_WORD = rf'(?:[{_ATEXT}][{_ATEXT}.]*|"[ !#-;=?A-\[\]-~]*")'
_SPACE = r"(?:(?:\r?\n)?[ \t]+)"
_PLAIN_MAILBOX = (
    rf"(?:{_PLAIN_ADDRESS.pattern}(?:{_SPACE}\([{_ATEXT}. ]*\))?"
    rf"|(?:{_PLAIN_WORD}(?:{_SPACE}{_PLAIN_WORD})*{_SPACE}?)?<{_PLAIN_ADDRESS.pattern}>)"
)
_PLAIN = re.compile(rf"{_SPACE}?{_PLAIN_MAILBOX}(?:,{_SPACE}?{_PLAIN_MAILBOX})*{_SPACE}?")
_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r'|"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r"|(?P<literal>\[(?:[^\[\]\\]|\\.)*\])"
    rf"|(?P<atom>[{_ATEXT}\x80-\U0010ffff]+)"
    r"|(?P<special>[<>@,;:.])",
    re.DOTALL,
)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_COMMENT_PART = re.compile(r"[^()\\]+|\\.|[()]", re.DOTALL)


@dataclass(frozen=True)
class Mailbox:
    """`name` is as it was written, without quotes; `local` is without quotes, too."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True)
class Reading:
    """`mailboxes` are those that could be read. `certain`: the field holds these and nothing else;
    `plain`: every parser sees that."""

    mailboxes: Sequence[Mailbox]
    certain: bool
    plain: bool


class _Token(NamedTuple):
    kind: str  # a group of _TOKEN, or comment, or junk
    text: str


def read_mailboxes(values: Sequence[str]) -> Reading:
    """What all fields of one name hold together."""
    if sum(map(len, values)) > _LONGEST:
        return Reading([], certain=False, plain=False)
    found: list[Mailbox] = []
    certain = bool(values)
    for value in values:
        for tokens in _listed(list(_tokens(value))):
            mailbox, sure = _mailbox_of(tokens)
            found += [mailbox] if mailbox else []
            certain = certain and sure
    certain = certain and 0 < len(found) <= MOST_MAILBOXES
    return Reading(found, certain, len(values) == 1 and _is_plain(values[0], found))


def is_plain_address(address: str) -> bool:
    """A dot-atom at a domain name, within the lengths of RFC 5321 section 4.5.3.1, and no encoded
    word, in which programs that decode before they parse would find another address."""
    if "=?" in address:
        return False
    short = len(address) <= 254 and len(address.rpartition("@")[0]) <= 64
    return short and _PLAIN_ADDRESS.fullmatch(address) is not None


def _is_plain(value: str, found: Sequence[Mailbox]) -> bool:
    addresses = [mailbox.address for mailbox in found]
    return (
        _PLAIN.fullmatch(value) is not None
        and value.count("@") == len(found)
        and all(len(line) <= _LONGEST_LINE for line in value.split("\n"))
        and all(map(is_plain_address, addresses))
    )


def _tokens(value: str) -> Iterator[_Token]:
    at = 0
    while at < len(value):
        if value[at] == "(":
            end = _end_of_comment(value, at)
            if end is None:
                yield _Token("junk", value[at:])
                return
            yield _Token("comment", _PAIR.sub(r"\1", value[at + 1 : end - 1]))
        elif found := _TOKEN.match(value, at):
            kind, end = str(found.lastgroup), found.end()
            text = found[kind]
            yield _Token(kind, _PAIR.sub(r"\1", text) if kind == "quoted" else text)
        elif value[at] in '"[':  # has no end: looking for one from each would take minutes
            yield _Token("junk", value[at:])
            return
        else:
            end = at + 1
            yield _Token("junk", value[at])
        at = end


def _end_of_comment(value: str, start: int) -> int | None:
    """Comments nest; None when this one does not end."""
    depth = 0
    for part in _COMMENT_PART.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if depth == 0:
            return part.end()
    return None


def _listed(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """The tokens between commas that are not within angle brackets: there a comma belongs to a
    source route, as a colon does."""
    entry: list[_Token] = []
    inside = False
    for token in tokens:
        inside = (
            token.text == "<" or (inside and token.text != ">") if _is_special(token) else inside
        )
        if _is_special(token, ",") and not inside:
            yield entry
            entry = []
        else:
            entry.append(token)
    yield entry


def _is_special(token: _Token, text: str | None = None) -> bool:
    return token.kind == "special" and (text is None or token.text == text)


def _mailbox_of(tokens: list[_Token]) -> tuple[Mailbox | None, bool]:
    """The mailbox of one entry, and whether it is just that."""
    sure = not any(token.kind == "junk" or _is_special(token, ";") for token in tokens)
    tokens = [token for token in tokens if not _is_special(token, ";")]
    comments = [token.text for token in tokens if token.kind == "comment"]
    meant = [token for token in tokens if token.kind not in ("comment", "space")]
    opening = [number for number, token in enumerate(meant) if _is_special(token, "<")]
    if not opening:
        group, spec = _after_colon(meant)
        found = _address_of(spec)
        return (Mailbox(" ".join(comments), *found) if found else None), bool(
            sure and found and not group
        )
    phrase, inside = meant[: opening[0]], meant[opening[0] + 1 :]
    closed = bool(inside) and _is_special(inside[-1], ">")
    group, phrase = _after_colon(phrase)
    route, spec = _after_colon(inside[:-1] if closed else inside)
    found = _address_of(spec)
    names_only = all(token.kind in ("atom", "quoted") or token.text == "." for token in phrase)
    name = _joined_phrase(tokens, phrase) or " ".join(comments)
    certain = sure and closed and names_only and not group and not route
    return (Mailbox(name, *found) if found else None), bool(certain and found)


def _after_colon(tokens: list[_Token]) -> tuple[bool, list[_Token]]:
    """What follows a group's name or a source route, and whether there was one."""
    colons = [number for number, token in enumerate(tokens) if _is_special(token, ":")]
    return (True, tokens[colons[-1] + 1 :]) if colons else (False, tokens)


def _joined_phrase(tokens: list[_Token], phrase: list[_Token]) -> str:
    """The words of a display name, with the white space between them as one blank."""
    wanted = {id(token) for token in phrase}
    parts = [
        token.text if id(token) in wanted else " "
        for token in tokens
        if id(token) in wanted or token.kind in ("space", "comment")
    ]
    return " ".join("".join(parts).split())


def _address_of(tokens: list[_Token]) -> tuple[str, str] | None:
    """Local part and domain of addr-spec, which may have white space and comments around its dots
    (RFC 5322 section 4.4)."""
    ats = [number for number, token in enumerate(tokens) if _is_special(token, "@")]
    if len(ats) != 1:
        return None
    local, domain = tokens[: ats[0]], tokens[ats[0] + 1 :]
    # A dot at the end is the root's, which keeps it from being a plain address.
    labels = domain[:-1] if domain and _is_special(domain[-1], ".") else domain
    literal = len(domain) == 1 and domain[0].kind == "literal"
    if not _alternate(local, ("atom", "quoted")):
        return None
    if not literal and not _alternate(labels, ("atom",)):
        return None
    return "".join(token.text for token in local), "".join(token.text for token in domain)


def _alternate(tokens: list[_Token], kinds: tuple[str, ...]) -> bool:
    """Words with a dot between each and the next."""
    return len(tokens) % 2 == 1 and all(
        _is_special(token, ".") if number % 2 else token.kind in kinds
        for number, token in enumerate(tokens)
    )
