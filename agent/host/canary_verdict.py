"""Whether a canary message was rejected because of the configuration, or because its provider is
busy."""

from __future__ import annotations

import re
from collections.abc import Callable

_NETWORK = "4.4."  # RFC 3463 section 3.5: no answer, no route, a bad connection
# How Postfix's smtp(8) quotes the other side, "refused to talk to me" after its greeting.
_REPLY = re.compile(r"\b(?:said|talk to me): (\d\d\d[ -].*)$")


def passes_by_itself(code: str, status: str, answer: str, final: Callable[[str], bool]) -> bool:
    """Whether later mail may be accepted without a change: SES throttles, or its daily quota is
    used up (454), it is busy (421, 450 to 452), or it can't be reached.

    Replies such as "sender not verified" or "access denied" are 5xx, but smtp_reply_filter reads
    them as 4xx: `final` says whether that filter has a rule for a 5xx reply. They remain
    permanent, as do a rejected login and a rejection by Postfix itself.
    """
    if status != "deferred":
        return False
    said = _REPLY.search(answer)
    if said is None:
        return code.startswith(_NETWORK)
    return said[1].startswith("4") and not final(f"5{said[1][1:]}")
