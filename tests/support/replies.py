"""Providers' replies, as Postfix reads and logs them."""

import re

from mailfleet.relay.reply_classes import Kind, ReplyClass, reply_filter
from tests.support.mail_log import HOST, SES

DATA = "(in reply to end of DATA command)"


def filtered(kind: Kind, reply: str) -> str:
    """As regexp_table(5) does it: the first match counts, case does not."""
    for pattern, replacement in reply_filter(kind):
        if found := re.search(pattern, reply, re.IGNORECASE):
            return re.sub(r"\$(\d)", lambda group: found[int(group[1])] or "", replacement)
    return reply


def as_logged(failure: ReplyClass) -> str:
    """A class's example, once the reply filter has read it."""
    if failure.example.startswith("535"):
        server = f"server {SES}[198.18.251.2]"
        return f"SASL authentication failed; {server} said: {failure.example}"
    if not failure.example[0].isdigit():
        return {"not reached": f"connect to {SES}[198.18.251.2]:587: Connection refused",
                "TLS": "Server certificate not verified"}[failure.name]  # fmt: skip
    return f"{HOST} said: {filtered(failure.kinds[0], failure.example)} {DATA}"
