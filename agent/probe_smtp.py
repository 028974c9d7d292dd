"""Prove a credential on a host, before mail depends on it: EHLO, STARTTLS, EHLO, AUTH.

Goes to `python3 -I -` on standard input, with its request:
{"host", "port", "username", "password", "timeout", "retry_535_for"}, times in seconds.
"""

import contextlib
import json
import smtplib
import socket
import ssl
import sys
import time
from collections.abc import Iterator
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


def authenticate(request: dict[str, Any]) -> str:
    """One attempt; returns the TLS version."""
    with connected(request) as client:
        version = getattr(client.sock, "version", lambda: None)()
        return str(version or "TLS")


def probe(request: dict[str, Any]) -> None:
    """Authenticate, waiting for a key that is too young to be known. Raises Failed."""
    name = f"{request['host']}:{request['port']}"
    until = time.monotonic() + request["retry_535_for"]
    while True:
        try:
            version = authenticate(request)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code != 535 or time.monotonic() + PAUSE > until:
                raise Failed(
                    f"{name} answers {answered(error)} to the user {request['username']}: see that "
                    "this credential exists there and is active"
                ) from None
            print(f"{name} does not know the credential yet, trying again", flush=True)
            time.sleep(PAUSE)
        except (OSError, ValueError) as error:
            raise Failed(f"{name} {advice(error)}") from None
        else:
            print(f"{name} accepts the credential ({version})", flush=True)
            return


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


def main(text: str) -> None:
    request = json.loads(text)
    try:
        probe(request)
    except Failed as reason:
        sys.exit(f"mailfleet: {reason}")
    except Exception as error:  # a traceback could show the request, which holds a password
        sys.exit(f"mailfleet: mistake in mailfleet's own program: {type(error).__name__}")
