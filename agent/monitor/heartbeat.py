"""The dead man's switch: a ping after each pass that was completed and left nothing unsaid.

A service such as healthchecks.io alerts when pings stop: the host is down, the monitor does not
run, or no channel accepts what it has to say. So trouble with mail alone does not stop them: that
is what the channels are for.
"""

from __future__ import annotations

from urllib.parse import quote

from agent.monitor.channel import NotSent
from agent.monitor.https import ask

PLACEHOLDER = "{host}"
PING_WITHIN = 10.0


def ping(url: str, host: str) -> str:
    """ "", or one sentence on why the ping was not accepted. `{host}` in the URL becomes the host's
    name, for a check of its own."""
    try:
        ask("GET", url.replace(PLACEHOLDER, quote(host, safe="")), within=PING_WITHIN)
    except NotSent as reason:
        return f"heartbeat: {reason}"
    return ""
