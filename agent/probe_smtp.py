"""Prove a credential on a host, before mail depends on it: EHLO, STARTTLS, EHLO, AUTH.

Goes to `python3 -I -` on standard input, with its request:
{"host", "port", "username", "password", "timeout", "retry_535_for"}, times in seconds.
"""

import smtplib
import time
from typing import Any

from agent.smtp_session import PAUSE, Failed, advice, answered, connected, in_one_sentence


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


def main(text: str) -> None:
    in_one_sentence(probe, text)
