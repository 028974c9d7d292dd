"""Held mail is submitted again, so that the milter processes it like new mail.

`postsuper -r` does not ask milters: see pickup(8) and non_smtpd_milters in postconf(5).
"""

from __future__ import annotations

import smtplib
import subprocess
import time
from collections.abc import Iterable, Iterator

from agent.host.common import (
    _ENVIRONMENT,
    HostError,
    one_line,
    run,
    seconds_left,
    time_for,
    warn,
)
from agent.host.envelope import read_envelope
from agent.host.postfix import PORT
from agent.host.queue import HOLD, at_work, supervise

_PATIENCE = 20.0  # for the answer to one message
_TO_BEGIN = 8.0  # seconds of the run's, to begin with a message
# Errors about this one message: others are still tried.
_NOT_TAKEN = (smtplib.SMTPResponseException, HostError, ValueError, subprocess.TimeoutExpired)


def resubmitted(root: str, ids: Iterable[str], seconds: float, failed: list[str]) -> Iterator[str]:
    """Yields the id of each held message that Postfix has accepted again; the old one is deleted. A
    message that can't be submitted stays on hold, and is added to `failed`; so is one with more
    recipients than smtpd_recipient_limit, some of which would get it twice. A run that is killed in
    between delivers a message twice. Raises HostError when one can't be deleted."""
    until = time.monotonic() + seconds
    server = None
    try:
        for queue_id in ids:
            if time.monotonic() > until or seconds_left() < _TO_BEGIN:
                return
            if at_work(root, queue_id):
                continue
            server = server or smtplib.SMTP("127.0.0.1", PORT, "localhost", timeout=_TO_BEGIN)
            try:
                _submit_one(server, queue_id)
            except _NOT_TAKEN as why:
                warn(f"{queue_id} stays on hold: {why}")
                failed.append(queue_id)
                server.close()  # or smtpd_hard_error_limit would end it for the others
                server = None
                continue
            yield from _deleted(queue_id)
    except (OSError, smtplib.SMTPException) as error:
        warn(f"some mail to be submitted again stays on hold: {one_line(str(error))}")
    finally:
        if server:
            server.close()


def _deleted(queue_id: str) -> Iterator[str]:
    """Yields the id in any case: it must not be submitted once more."""
    try:
        supervise("-d", [queue_id], HOLD)
    except HostError as why:
        yield queue_id
        raise HostError(
            f"{queue_id} was submitted again but is still on hold, from where a release would send "
            f"it twice: delete it with `postsuper -d {queue_id}`: {why}"
        ) from None
    yield queue_id


def _submit_one(server: smtplib.SMTP, queue_id: str) -> None:
    envelope = read_envelope(run("postcat", "-qe", queue_id).stdout)
    if not envelope.recipients:
        return  # it has been delivered to all
    content = _content(queue_id)
    if server.sock:
        server.sock.settimeout(time_for("smtpd", _PATIENCE))
    server.ehlo_or_helo_if_needed()
    _agreed(server.docmd(f"MAIL FROM:<{envelope.sender}>{''.join(envelope.options)}"))
    for recipient, options in envelope.recipients:
        _agreed(server.docmd(f"RCPT TO:<{recipient}>{''.join(options)}"))
    _agreed(server.data(content))


def _agreed(answer: tuple[int, bytes]) -> None:
    if not 200 <= answer[0] < 300:
        raise smtplib.SMTPResponseException(*answer)


def _content(queue_id: str) -> bytes:
    """Header and body, unchanged except for line ends, which are CRLF in SMTP."""
    command = ("postcat", "-qbh", queue_id)
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env=_ENVIRONMENT,
        timeout=time_for("postcat", _PATIENCE),
    )
    if done.returncode != 0:
        raise HostError(f"it can't be read: {one_line(done.stderr.decode(errors='replace'))}")
    return done.stdout.replace(b"\n", b"\r\n")
