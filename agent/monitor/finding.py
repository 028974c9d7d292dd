"""What one pass of the monitor found about one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

LEVELS = ("ok", "unknown", "warn", "fail")  # from the mildest on
LONGEST_TEXT = 600  # characters of a summary, of a provider's words and of a remedy
LONGEST_KEY = 120
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9._:/-]+")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and how it is. Only warn, fail and unknown become alerts,
    unknown only after several passes."""

    key: str
    """stable, see key_of: `provider:ses:credential-refused`, `queue:oldest`"""
    level: str
    """one of LEVELS"""
    summary: str
    """one sentence without the host's name"""
    said: str = ""
    """the provider's own words"""
    remedy: str = ""
    """the command that repairs it"""
    count: int = 1
    event: bool = False
    """something that happened (a bounced mail), not a state: nothing "recovers" from it"""
    provider: str = ""
    """the provider in trouble, which alerts about it avoid"""


def key_of(*parts: str) -> str:
    """A key made of parts that may hold any text: lower case, of limited length."""
    cleaned = [_NOT_IN_A_KEY.sub("-", part[:LONGEST_KEY].lower()).strip("-") for part in parts]
    return ":".join(part or "-" for part in cleaned)[:LONGEST_KEY]


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Printable text on one line; what is not UTF-8 (a surrogate) is shown as a question mark."""
    cleaned = text[: 4 * longest].encode(errors="replace").decode()
    words = "".join(c if c.isprintable() else " " for c in cleaned).split()
    short = " ".join(words)
    return short if len(short) <= longest else f"{short[: longest - 4]} ..."
