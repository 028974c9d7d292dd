"""A canary message through the changed relay, before the deploy succeeds."""

from __future__ import annotations

import re
import secrets
import socket
import time
from typing import Any

from agent.host.canary_verdict import passes_by_itself
from agent.host.common import HostError, one_line, run, say, seconds_left, warn

SENDMAIL = "/usr/sbin/sendmail"  # of Postfix: another program of that name may come first in PATH
_SECONDS = 30.0
_SECONDS_TO_SUBMIT = 10.0
_SECONDS_AFTERWARDS = 10.0  # for the rest of the apply
CANARY_PAUSE = 0.3
_ENDED = re.compile(r"^(\w+): to=<.*dsn=([\d.]+), status=(\w+) \((.*)\)$")
_REPLIES = "/etc/postfix/replies_{}"  # smtp_reply_filter, for each kind of provider


def send_canary(root: str, request: dict[str, Any]) -> None:
    """Send from `from` to `to`. Raises HostError when the relay or its provider rejects it.

    A provider that can't be reached, or a long queue, is only a warning.
    """
    name = f"mailfleet-{secrets.token_hex(8)}@{socket.gethostname()}"
    started = int(time.time())
    message = (
        f"From: {request['from']}\nTo: {request['to']}\nMessage-ID: <{name}>\n"
        "Subject: mailfleet canary\n\nSent after a deploy, to see that mail leaves this host.\n"
    )
    _submit(root, request, message)
    patience = min(_SECONDS, seconds_left() - _SECONDS_AFTERWARDS)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        time.sleep(CANARY_PAUSE)
        if ended := _end_of(name, started):
            _judge(*ended)
            return
    warn(
        f"the canary message was not sent within {max(patience, 0):.0f} s: check the queue of this "
        "host, which has the new configuration"
    )


def _submit(root: str, request: dict[str, Any], message: str) -> None:
    """Limited in time: sendmail(1) retries for ever when the queue's file system is full."""
    answer = run(
        root + SENDMAIL, "-f", request["from"], "--", request["to"],
        given=message, seconds=_SECONDS_TO_SUBMIT,
    )  # fmt: skip
    if answer.returncode != 0:
        raise HostError(f"Postfix does not accept a message: {one_line(answer.stderr)}")


def _end_of(name: str, started: int) -> tuple[str, str, str, str] | None:
    """What happened to the message: queue id, enhanced status code, status and the answer."""
    log = run("journalctl", "--facility=mail", f"--since=@{started}", "--output=cat", "--quiet")
    queue = ""
    for line in log.stdout.splitlines():
        if f"message-id=<{name}>" in line:
            queue = line.partition(":")[0]
        found = _ENDED.match(line)
        if queue and found and found[1] == queue:
            return found[1], found[2], found[3], found[4]
    return None


def _judge(queue: str, code: str, status: str, answer: str) -> None:
    if status == "sent":
        say("the canary message was accepted")
        return
    run("postsuper", "-d", queue)
    if passes_by_itself(code, status, answer, _filtered):
        warn(f"the canary message was not accepted for now, and was deleted: {answer}")
        return
    raise HostError(f"the canary message was {status}: {answer}")


def _filtered(reply: str) -> bool:
    """Whether a 5xx reply is read as 4xx, see smtp_reply_filter."""
    tables = [f"regexp:{path}" for path in map(_REPLIES.format, ("ses", "smtp"))]
    return any(run("postmap", "-q", reply, table).stdout.strip() for table in tables)
