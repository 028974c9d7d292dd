"""Try a credential on a host with a message that the provider has to accept.

Goes to `python3 -I -` on standard input. Its request is what probe_smtp takes of a provider and
{"sender", "recipient", "subject"}; with a "nexthop" instead of a "password" it uses the credential
that Postfix has for that next hop.
"""

import smtplib
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from agent.smtp_session import (
    PAUSE,
    Failed,
    advice,
    answered,
    connected,
    held,
    in_one_sentence,
)

REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)


def send(request: dict[str, Any]) -> None:
    """Send it; retry while the key is not known yet or the failure is temporary. Raises Failed."""
    if "password" not in request:
        request = {**request, **held(request["nexthop"])}
    name = f"{request['host']}:{request['port']}"
    until = time.monotonic() + request["retry_535_for"]
    while True:
        try:
            with connected(request) as client:
                client.send_message(message(request))
        except REFUSALS as error:
            said = first(error)
            passing = said.smtp_code == 535 or 400 <= said.smtp_code < 500
            if not passing or time.monotonic() + PAUSE > until:
                raise Failed(
                    f"{name} answers {answered(said)} to a message from {request['sender']} "
                    f"sent by user {request['username']}"
                ) from None
            print(f"{name} answers {said.smtp_code}, trying again", flush=True)
            time.sleep(PAUSE)
        except (OSError, ValueError) as error:
            raise Failed(f"{name} {advice(error)}") from None
        else:
            print(f"{name} accepts a message sent by user {request['username']}", flush=True)
            return


def first(error: Exception) -> smtplib.SMTPResponseException:
    """The answer; with several recipients the first one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    assert isinstance(error, smtplib.SMTPResponseException)  # noqa: S101
    return error


def message(request: dict[str, Any]) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = request["sender"], request["recipient"]
    mail["Subject"] = request["subject"]
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="mailfleet.invalid")
    mail.set_content("Sent by mailfleet to test a new credential.\n")
    return mail


def main(text: str) -> None:
    in_one_sentence(send, text)
