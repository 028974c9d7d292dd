"""Who a From header names, by parsers that have nothing in common with ours.

Receivers differ; a message may leave only if none of these sees an author that the policy does
not allow.
"""

import email.policy
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Any

Fields = Sequence[tuple[str, str]]
Allowed = Callable[[str], bool]
RULES: Mapping[str, Any] = {
    "domains": ["example.com", "lists.example", "open.example"],
    "senders": [
        "noreply@example.com",
        "info@example.com",
        "noreply@lists.example",
        "news-*@lists.example",
        "*@open.example",
    ],
    "foreign": False,
}
_NAMED = re.compile(
    r"(noreply|info)@example\.com|(noreply|news-[^@]*)@lists\.example|[^@]*@open\.example",
    re.IGNORECASE,
)
_OWN = re.compile(r"@(example\.com|lists\.example|open\.example)\.?$", re.IGNORECASE)
_CRUDE = re.compile(r"[^\s<>,;:()\"'\[\]\\|]+@[^\s<>,;:()\"'\[\]\\|]+")
_STRICT = "strict" in inspect.signature(getaddresses).parameters


def faults(fields: Fields, allowed: Allowed) -> list[str]:
    """What is wrong with the From, Sender and Resent fields of a message as it leaves: a sentence
    for each author that one of the parsers sees and the policy does not allow."""
    found = [*_not_allowed(fields, allowed)]
    authors = [value for name, value in fields if name.strip().lower() == "from"]
    if len(authors) != 1:
        found.append(f"{len(authors)} From fields, expected 1")
    elif "@" not in authors[0]:
        found.append(f"no author in {authors[0]!r}")
    return found


def _not_allowed(fields: Fields, allowed: Allowed) -> Iterator[str]:
    for name, value in fields:
        if name.strip().lower() in ("from", "sender", "resent-from", "resent-sender"):
            if value != value.encode("ascii", "replace").decode() and name.strip() == "From":
                yield f"{name} is not ASCII: {value!r}"
            for parser, read in PARSERS.items():
                for address in read(value):
                    if "@" in address and not allowed(address):
                        yield f"{parser} sees {address!r} in {name}: {value!r}"


def named_by_policy(address: str) -> bool:
    """Whether the policy of RULES names that address, or a pattern of it."""
    return _NAMED.fullmatch(address) is not None


def named_or_foreign(address: str) -> bool:
    """The same of a policy that leaves addresses of other domains alone."""
    return named_by_policy(address) or not _OWN.search(address)


def _modern(value: str) -> list[str]:
    raw = f"From: {value}\n\n".encode("utf-8", "surrogateescape")
    header = BytesHeaderParser(policy=email.policy.default).parsebytes(raw)["From"]
    return [address.addr_spec for address in header.addresses]


def _lenient(value: str) -> list[str]:
    options: dict[str, Any] = {"strict": False} if _STRICT else {}
    return [address for _, address in getaddresses([value], **options)]


def _decoded_first(value: str) -> list[str]:
    """As programs do that decode a header before they parse it."""
    text = _decoded(value)
    return [*_lenient(text), *_crude(text)]


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except Exception:
        return value


def _without_comments(value: str) -> list[str]:
    """As one-liners do: no comments, split at commas, what is in the last angle brackets."""
    text = re.sub(r"\([^()]*\)", "", value)
    return [re.sub(r".*<([^<>]*)>.*", r"\1", part, flags=re.DOTALL).strip()
            for part in re.split(r"[,;]", text)]  # fmt: skip


def _first_brackets(value: str) -> list[str]:
    return re.findall(r"<([^<>]*)>", value)


def _crude(value: str) -> list[str]:
    return _CRUDE.findall(value)


PARSERS: dict[str, Callable[[str], list[str]]] = {
    "email.headerregistry": _modern,
    "email.utils, lenient": _lenient,
    "decoding first": _decoded_first,
    "without comments": _without_comments,
    "in brackets": _first_brackets,
    "anything with an @": _crude,
}


def left(fields: Fields, changes: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """The fields of a message after a Rewriting's changes."""
    kept = [(name, value) for name, value in fields
            if name.strip().lower() not in {changed.lower() for changed in changes}]  # fmt: skip
    return kept + [(name, value) for name, value in changes.items() if value is not None]
