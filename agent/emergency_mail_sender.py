#!/usr/bin/python3 -I
"""Send a mail without this host's own mail server: emergency_mail_sender SUBJECT < BODY

For alerts about the mail server itself. /etc/mailfleet/emergency.json says through which servers,
from whom and to whom. Exits 0 only once a server has accepted the mail for all recipients.
"""

from __future__ import annotations

import json
import re
import smtplib
import socket
import ssl
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Any

CONFIGURATION = "/etc/mailfleet/emergency.json"
TIMEOUT = 30.0  # seconds for each answer of a server
PAUSES = (0.0, 5.0, 20.0, 60.0)  # seconds before each round over the servers
LONGEST_SUBJECT = 200
LONGEST_BODY = 256 * 1024


def message(settings: dict[str, Any], subject: str, body: bytes) -> EmailMessage:
    """The mail, whatever bytes subject and body hold; no line of either becomes a header."""
    mail = EmailMessage(SMTP.clone(max_line_length=900))  # no header is folded
    mail["From"] = settings["from"]
    mail["To"] = ", ".join(settings["to"])
    mail["Subject"] = one_line(subject)[:LONGEST_SUBJECT] or "(no subject)"
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain=settings["from"].rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no autoresponder answers
    text = body[:LONGEST_BODY].decode(errors="replace")
    if len(body) > LONGEST_BODY:
        text += f"\n(cut: {len(body)} bytes in all)\n"
    mail.set_content(re.sub(r"[^\S\n]*\r?\n|\r", "\n", text).replace("\0", ""), cte="base64")
    return mail


def one_line(text: str) -> str:
    """Printable text on one line; surrogates are bytes of the command line that are not UTF-8."""
    cleaned = text.encode(errors="replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in cleaned).split())


def send(server: dict[str, Any], settings: dict[str, Any], mail: EmailMessage) -> None:
    """Hand the mail to one server, verified and authenticated, or raise OSError or ValueError."""
    context = ssl.create_default_context(cafile=server.get("ca"))
    address, port = server["host"], server["port"]
    implicit = server["tls"] == "implicit"
    client = (
        smtplib.SMTP_SSL(address, port, timeout=TIMEOUT, context=context)
        if implicit
        else smtplib.SMTP(address, port, timeout=TIMEOUT)
    )
    with client:
        if not implicit:
            client.starttls(context=context)
        client.login(server["username"], server["password"])
        refused = client.send_message(mail, settings["from"], settings["to"])
        if refused:
            raise ValueError(f"it refused {', '.join(refused)}")


def why(error: Exception) -> str:
    """What failed, with the server's reply if there is one; never what was sent."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
        return one_line(f"{error.smtp_code} {text}")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refused all recipients"
    return one_line(f"{type(error).__name__}: {error}")


def deliver(settings: dict[str, Any], mail: EmailMessage) -> str | None:
    """Try every server, several times; None once accepted, else the last failures."""
    failures: dict[str, str] = {}
    for pause in PAUSES:
        time.sleep(pause)
        for server in settings["servers"]:
            try:
                send(server, settings, mail)
                return None
            except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
                failures[f"{server['host']}:{server['port']}"] = why(error)
    return "; ".join(f"{name}: {reason}" for name, reason in failures.items())


def main(arguments: list[str], configuration: str = CONFIGURATION) -> str | None:
    """Returns what to exit with: None or one sentence."""
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        return "usage: emergency_mail_sender SUBJECT < BODY"
    try:
        with open(configuration, encoding="utf-8") as file:
            settings = json.load(file)
        if not settings["servers"] or not settings["to"]:
            raise ValueError("no server or no recipient")
        mail = message(settings, arguments[0], sys.stdin.buffer.read())
    except FileNotFoundError:
        return f"emergency_mail_sender: found no {configuration}: no alert can leave this host"
    except OSError as error:
        return f"emergency_mail_sender: cannot read {configuration}: {error.strerror}"
    except (ValueError, KeyError, TypeError) as error:
        return f"emergency_mail_sender: {configuration} is not usable: {type(error).__name__}"
    failure = deliver(settings, mail)
    if failure:
        return f"emergency_mail_sender: {socket.gethostname()} could not send: {failure}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
