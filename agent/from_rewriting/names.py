"""Display names: what a stranger wrote, as text that is nothing but a name to any parser.

RFC 2047 is about names that are not ASCII, RFC 5322 section 3.2 about the rest.
"""

from __future__ import annotations

import re
import unicodedata
from email.charset import BASE64, Charset
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header

from agent.from_rewriting.mailboxes import Mailbox, is_plain_address

LONGEST_NAME = 80
LONGEST_TEXT = 500
_SPECIAL = frozenset('<>@,;:"\\()[]')
_ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9-]+)\?[QqBb]\?[!->@-~]*\?=(?=\s|$)")
# Of others, receivers decode the same bytes to different texts.
_COMMON_CHARSET = re.compile(r"utf-8|us-ascii|iso-8859-\d+|windows-125\d", re.IGNORECASE)
_QUOTED = re.compile(r'[][\\()<>@,:;".]')


def decoded_name(name: str) -> str:
    """The text that a mail program shows for a name."""
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return name


def clean_name(name: str) -> str:
    """A name without what could end it, or begin an address or an encoded word."""
    text = one_line(decoded_name(one_line(name)).encode("utf-8", "replace").decode())
    kept = "".join(" " if _looks_like(c, _SPECIAL) else c for c in text).replace("=?", " ?")
    return " ".join(kept.split())[:LONGEST_NAME].strip()


def is_plain_name(name: str) -> bool:
    """Whether every mail program shows this name alike, and no address in it."""
    words = list(_ENCODED_WORD.finditer(name))
    if "=?" in _ENCODED_WORD.sub("", name):
        return False
    if not all(_COMMON_CHARSET.fullmatch(word[1]) for word in words):
        return False
    text = decoded_name(name) if words else name
    return "=?" not in text and not any(
        _is_control(c) or _looks_like(c, frozenset("@<>")) for c in text
    )


def one_line(value: str) -> str:
    """A field's value on one line. Bytes that came as surrogates are UTF-8, or nothing known."""
    whole = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(" " if _is_control(c) else c for c in whole).split())


def composed(name: str, address: str) -> str:
    """A mailbox as a header field has it, in ASCII and folded where it is long; without a name
    that only repeats the address."""
    if decoded_name(name).strip(" '\"").lower() == address.lower():
        return address
    clean = clean_name(name)
    if not clean:
        return address
    if not clean.isascii():
        return f"{Header(clean, 'utf-8', header_name='Reply-To').encode()}\n <{address}>"
    return f'"{clean}" <{address}>' if _QUOTED.search(clean) else f"{clean} <{address}>"


def encoded_text(text: str) -> str:
    """The beginning of a text, for a field without a structure, as encoded words of base64."""
    charset = Charset("utf-8")
    charset.header_encoding = BASE64
    return Header(text[:LONGEST_TEXT], charset, header_name="X-Original-From").encode()


def expressed(mailbox: Mailbox) -> str | None:
    """The address in ASCII, with the local part quoted where it has to be; None where mail that is
    not sent with SMTPUTF8 has no form for it (RFC 6532; RFC 2047 section 5 forbids encoded words
    in an address)."""
    local, domain = mailbox.local, _a_labels(mailbox.domain.rstrip("."))
    if domain is None or not (local.isascii() and local.isprintable()):
        return None
    if not is_plain_address(f"{local}@plain.invalid"):
        local = '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'
    if len(local) > 64 or len(f"{local}@{domain}") > 254:  # RFC 5321 section 4.5.3.1
        return None
    return f"{local}@{domain}"


def _a_labels(domain: str) -> str | None:
    """A domain in ASCII. Python has the IDNA of 2003, which leads some names to other domains than
    today's IDNA does: those come back from it changed, and are given up."""
    if re.fullmatch(r"\[[!-Z^-~]*\]", domain):
        return domain
    try:
        ascii_form = domain.encode("idna").decode().lower()
        same = ascii_form.encode().decode("idna") == unicodedata.normalize("NFC", domain).lower()
    except UnicodeError:
        return None
    return ascii_form if is_plain_address(f"x@{ascii_form}") and same else None


def _is_control(character: str) -> bool:
    """Also what turns the direction of writing, and line and paragraph separators."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _looks_like(character: str, special: frozenset[str]) -> bool:
    """Also characters that are these in another width."""
    return not special.isdisjoint(unicodedata.normalize("NFKC", character))
