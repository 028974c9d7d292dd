"""An SMTP session of a host with a provider, and what to say when there is none.

Part of the programs that prove a credential; see probe_smtp and probe_message.
"""

import contextlib
import json
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

PASSWORDS = "texthash:/etc/postfix/sasl_passwd"
PAUSE = 5.0


class Failed(Exception):
    """The text is the one sentence that says what was seen and what to do."""


@contextlib.contextmanager
def connected(request: dict[str, Any]) -> Iterator[smtplib.SMTP]:
    """An authenticated session. Only the authorities in `ca` (PEM) are trusted, if it has some.

    Raises smtplib's errors, ssl.SSLError and OSError.
    """
    context = ssl.create_default_context(cadata=request["ca"])
    where, timeout = (request["host"], request["port"]), request["timeout"]
    client = (
        smtplib.SMTP_SSL(*where, timeout=timeout, context=context)
        if request["wrapper"]
        else smtplib.SMTP(*where, timeout=timeout)
    )
    with client:
        if not request["wrapper"]:
            _greet(client)
            client.starttls(context=context)
        _greet(client)
        client.login(request["username"], request["password"])
        yield client


def _greet(client: smtplib.SMTP) -> None:
    """smtplib goes on after a refusal, and then misses STARTTLS or AUTH."""
    code, said = client.ehlo()
    if code != 250:
        raise smtplib.SMTPHeloError(code, said)


def held(nexthop: str) -> dict[str, str]:
    """The credential of that next hop, as Postfix itself looks it up. Raises Failed."""
    answer = subprocess.run(
        ["postmap", "-q", nexthop, PASSWORDS], capture_output=True, text=True, check=False
    )
    username, colon, password = answer.stdout.strip().partition(":")
    if not colon:
        raise Failed(f"Postfix has no credential for the next hop {nexthop}: run deploy.py")
    return {"username": username, "password": password}


def answered(error: smtplib.SMTPResponseException) -> str:
    answer = error.smtp_error
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(f"{error.smtp_code} {text}".split())[:500]


def advice(error: Exception) -> str:
    """What was seen, and what to look at."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that does not verify ({error.verify_message}): see that the host "
            "name is right, that ca-certificates, or the policy's ca, is up to date and the clock "
            "too"
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return f"answers {answered(error)}: see the provider's status"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"does not offer what is needed ({error}): see that this is a submission port"
    if isinstance(error, socket.gaierror):
        return f"is not found ({error.strerror}): see the name and this host's resolver"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "ends the connection: see the provider's status"
    if isinstance(error, ssl.SSLError):
        return f"does not agree on TLS ({error.reason}): see the policy's port and tls"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return (
            f"is not reached ({error.strerror or type(error).__name__}): see that firewalls and "
            "security groups let this port out"
        )
    return f"fails ({type(error).__name__}: {error})"


def passes(error: Exception) -> bool:
    """Whether it may work again by itself: nobody is reached, or answers 4xx (RFC 5321 section
    4.2.1)."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    if isinstance(error, (smtplib.SMTPServerDisconnected, ssl.SSLEOFError)):
        return True
    return isinstance(error, OSError) and not isinstance(
        error, (smtplib.SMTPException, ssl.SSLError)
    )


def in_one_sentence(act: Callable[[dict[str, Any]], None], text: str) -> None:
    """Do what the request `text` asks, and end with a sentence when that fails."""
    try:
        act(json.loads(text))
    except Failed as reason:
        sys.exit(f"mailfleet: {reason}")
    except Exception as error:  # a traceback could show the request, which holds a password
        sys.exit(f"mailfleet: mistake in mailfleet's own program: {type(error).__name__}")
