"""Whether a canary message that was not taken speaks against the configuration, or of a provider
that is busy today."""

from __future__ import annotations

import re
from collections.abc import Callable

_NETWORK = "4.4."  # RFC 3463 section 3.5: no answer, no route, a bad connection
# How Postfix's smtp(8) quotes the other side, "refused to talk to me" after its greeting.
_REPLY = re.compile(r"\b(?:said|talk to me): (\d\d\d[ -].*)$")


def passes_by_itself(code: str, status: str, answer: str, final: Callable[[str], bool]) -> bool:
    """Whether later mail may well be taken as things are: SES throttles, or its daily quota is used
    up (454), it is busy (421, 450 to 452), or it can't be reached.

    A refusal that is none of the mail's (sender not verified, access denied) was a 5xx until
    smtp_reply_filter read it as 4xx: `final` is asked whether that filter knows a 5xx reply. It
    stays one, as does a login that was refused, and whatever Postfix itself has against it.
    """
    if status != "deferred":
        return False
    said = _REPLY.search(answer)
    if said is None:
        return code.startswith(_NETWORK)
    return said[1].startswith("4") and not final(f"5{said[1][1:]}")
