"""Ask a host's providers whether they accept its credentials, before mail depends on it: EHLO,
STARTTLS, EHLO, AUTH; all providers at the same time.

Goes to `python3 -I -` on standard input, with its request by provider: {"host", "port", "wrapper",
"ca", "username", "password", "timeout", "retry_535_for"}, times in seconds. Its answer has for
each [OUTCOME, what was found and what to do].
"""

import smtplib
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from agent.answer import print_answer
from agent.smtp_session import PAUSE, advice, answered, connected, in_one_sentence, passes

WORKS, PASSING, LASTING = "works", "passing", "lasting"


def probe(request: dict[str, Any]) -> tuple[str, str]:
    """Authenticate; retry while a new key is not known yet."""
    name = f"{request['host']}:{request['port']}"
    until = time.monotonic() + request["retry_535_for"]
    while True:
        try:
            with connected(request) as client:
                version = getattr(client.sock, "version", lambda: None)()
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code == 535 and time.monotonic() + PAUSE <= until:
                print(f"{name} does not know the credential yet, trying again", flush=True)
                time.sleep(PAUSE)
                continue
            said = f"{name} answers {answered(error)} to the user {request['username']}"
            if passes(error):
                return PASSING, said
            return LASTING, f"{said}: check that this credential exists there and is active"
        except (OSError, ValueError) as error:
            return PASSING if passes(error) else LASTING, f"{name} {advice(error)}"
        return WORKS, f"{name} accepts the credential ({version or 'TLS'})"


def probe_all(requests: Mapping[str, dict[str, Any]]) -> None:
    with ThreadPoolExecutor(len(requests)) as threads:
        print_answer(dict(zip(requests, threads.map(probe, requests.values()), strict=True)))


def main(text: str) -> None:
    in_one_sentence(probe_all, text)
