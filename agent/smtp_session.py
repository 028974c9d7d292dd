"""An SMTP session of a host with a provider, and the sentence for when it fails.

Part of the programs that try a credential: probe_smtp and probe_message.
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
    """The text is one sentence: what was found and what to do."""


@contextlib.contextmanager
def connected(request: dict[str, Any]) -> Iterator[smtplib.SMTP]:
    """An authenticated session. With `ca` (PEM) only these certificate authorities are trusted.

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
    """smtplib continues after a rejected EHLO, and then misses STARTTLS or AUTH."""
    code, said = client.ehlo()
    if code != 250:
        raise smtplib.SMTPHeloError(code, said)


def held(nexthop: str) -> dict[str, str]:
    """The credential of a next hop, as Postfix itself looks it up. Raises Failed."""
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
    """What was found, and what to check."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"has a certificate that does not verify ({error.verify_message}): check the host "
            "name, that ca-certificates or the policy's ca is up to date, and the clock"
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return f"answers {answered(error)}: check the provider's status"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"does not offer what is needed ({error}): check that this is a submission port"
    if isinstance(error, socket.gaierror):
        return f"was not found ({error.strerror}): check the name and this host's resolver"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "closed the connection: check the provider's status"
    if isinstance(error, ssl.SSLError):
        return f"does not agree on TLS ({error.reason}): check port and tls in the policy"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return (
            f"cannot be reached ({error.strerror or type(error).__name__}): check that firewalls "
            "and security groups allow outgoing traffic to this port"
        )
    return f"fails ({type(error).__name__}: {error})"


def passes(error: Exception) -> bool:
    """Whether the failure may pass without a change: the provider cannot be reached, or answers 4xx
    (RFC 5321 section 4.2.1)."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    if isinstance(error, (smtplib.SMTPServerDisconnected, ssl.SSLEOFError)):
        return True
    return isinstance(error, OSError) and not isinstance(
        error, (smtplib.SMTPException, ssl.SSLError)
    )


def in_one_sentence(act: Callable[[dict[str, Any]], None], text: str) -> None:
    """Do what the request `text` asks for; exit with one sentence when that fails."""
    try:
        act(json.loads(text))
    except Failed as reason:
        sys.exit(f"mailfleet: {reason}")
    except Exception as error:  # a traceback could show the request, which holds a password
        sys.exit(f"mailfleet: bug in mailfleet's program: {type(error).__name__}")
