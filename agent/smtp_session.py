"""An SMTP session of a host with a provider, and what to say when there is none.

Part of the programs that prove a credential; see probe_smtp and probe_message.
"""

import contextlib
import json
import smtplib
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from typing import Any

PAUSE = 5.0


class Failed(Exception):
    """The text is the one sentence that says what was seen and what to do."""


@contextlib.contextmanager
def connected(request: dict[str, Any]) -> Iterator[smtplib.SMTP]:
    """An authenticated session. Raises smtplib's errors, ssl.SSLError and OSError."""
    context = ssl.create_default_context()
    implicit = request["port"] == 465
    where, timeout = (request["host"], request["port"]), request["timeout"]
    client = (
        smtplib.SMTP_SSL(*where, timeout=timeout, context=context)
        if implicit
        else smtplib.SMTP(*where, timeout=timeout)
    )
    with client:
        if not implicit:
            client.ehlo()
            client.starttls(context=context)
        client.ehlo()
        client.login(request["username"], request["password"])
        yield client


def answered(error: smtplib.SMTPResponseException) -> str:
    answer = error.smtp_error
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(f"{error.smtp_code} {text}".split())[:500]


def advice(error: Exception) -> str:
    """What was seen, and what to look at."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that does not verify ({error.verify_message}): see that the host "
            "name is right, that ca-certificates is up to date and the clock too"
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return f"answers {answered(error)}: see the provider's status"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"does not offer what is needed ({error}): see that this is a submission port"
    if isinstance(error, socket.gaierror):
        return f"is not found ({error.strerror}): see the name and this host's resolver"
    if isinstance(error, (TimeoutError, ConnectionError)):
        return (
            f"is not reached ({error.strerror or type(error).__name__}): see that firewalls and "
            "security groups let this port out"
        )
    return f"fails ({type(error).__name__}: {error})"


def in_one_sentence(act: Callable[[dict[str, Any]], None], text: str) -> None:
    """Do what the request `text` asks, and end with a sentence when that fails."""
    try:
        act(json.loads(text))
    except Failed as reason:
        sys.exit(f"mailfleet: {reason}")
    except Exception as error:  # a traceback could show the request, which holds a password
        sys.exit(f"mailfleet: mistake in mailfleet's own program: {type(error).__name__}")
