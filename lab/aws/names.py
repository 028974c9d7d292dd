"""Domain names as Route 53 writes and orders them.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

from __future__ import annotations

import re

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_ESCAPE = re.compile(r"\\([0-7]{3})")


def canonical(name: str) -> str:
    """The name as Route 53 returns it: lower case, trailing dot, `\\052` for `*`.

    >>> canonical("*.Example.COM")
    '\\\\052.example.com.'
    """
    return "".join(c if c in _PLAIN else f"\\{ord(c):03o}" for c in unescaped(name))


def unescaped(name: str) -> str:
    """The name in plain characters, lower case, with its trailing dot."""
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 8)), name)
    return plain.lower().rstrip(".") + "."


def order(name: str) -> str:
    """The key by which Route 53 lists names: labels reversed, compared as one string.

    The dots take part, so `a-b.example.com` sorts before `x.a.example.com`:
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """
    return ".".join(reversed(unescaped(name).rstrip(".").split("."))) + "."


def within(name: str, zone: str) -> bool:
    """Whether the canonical `name` is `zone` or below it."""
    return name == zone or name.endswith("." + zone)


def problem(name: str) -> str | None:
    """Why Route 53 refuses the name (RFC 1035 2.3.4), or None."""
    labels = unescaped(name).rstrip(".").split(".")
    if "" in labels:
        found = "DomainLabelEmpty (Domain label is empty)"
    elif any(len(label) > 63 for label in labels):
        found = "DomainLabelTooLong (Domain label is too long)"
    elif len(name) > 255:
        found = "DomainNameTooLong (Domain name is too long)"
    else:
        return None
    return f"FATAL problem: {found} encountered with '{name}'"
