"""Alerts as mail, by SMTP servers in order, past this host's own mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Any

from agent.monitor.channel import Channel, Message
from agent.monitor.finding import one_line

ANSWERS_WITHIN = 30.0  # seconds for each answer of a server
QUITS_WITHIN = 3.0
LONGEST_SUBJECT = 200
LONGEST_BODY = 256 * 1024  # characters
_PREFIX = "email:"


class EmailChannel(Channel):
    """{"kind": "email", "to": [addresses], "servers": [{"provider", "host", "port", "tls",
    "username", "password", "ca"}]}; the sender is emergency.json's "from"."""

    kind = "email"

    def __init__(self, entry: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self._sender = str(settings["from"])
        self._servers = list(entry["servers"])
        self.names = tuple(f"{_PREFIX}{address}" for address in entry["to"])
        if not self._servers or not self.names:
            raise ValueError("no server or no recipient")

    def send(self, message: Message, names: Sequence[str]) -> dict[str, str]:
        """By every server until each recipient has it; those in trouble come last."""
        missing = [name[len(_PREFIX) :] for name in names]
        mail = mail_of(message, self._sender, missing)
        reasons: dict[str, list[str]] = {address: [] for address in missing}
        for server in sorted(self._servers, key=lambda s: s.get("provider") in message.avoid):
            refused = _refused(server, self._sender, missing, mail)
            for address, why in refused.items():
                reasons[address].append(f"{server['host']}:{server['port']}: {why}")
            missing = [address for address in missing if address in refused]
            if not missing:
                break
        return {
            name: "; ".join(reasons[address]) if address in missing else ""
            for name, address in ((name, name[len(_PREFIX) :]) for name in names)
        }


def mail_of(message: Message, sender: str, to: Sequence[str]) -> EmailMessage:
    """The mail, whatever subject and text hold; no line of either becomes a header."""
    mail = EmailMessage(SMTP.clone(max_line_length=900))  # no header is folded
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = one_line(message.subject, LONGEST_SUBJECT) or "(no subject)"
    mail["Date"] = formatdate(message.at)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no autoresponder answers
    text = message.text[:LONGEST_BODY].encode(errors="replace").decode()
    if len(message.text) > LONGEST_BODY:
        text += f"\n(cut: {len(message.text)} characters in all)\n"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    mail.set_content("\n".join(line.rstrip() for line in lines), cte="base64")
    return mail


def _refused(
    server: Mapping[str, Any], sender: str, to: Sequence[str], mail: EmailMessage
) -> dict[str, str]:
    """The recipients that this server did not take the mail for, each with the reason."""
    try:
        client = _session(server)
        try:
            client.login(server["username"], server["password"])
            answers = client.send_message(mail, sender, list(to))
            return {address: _words(*answer) for address, answer in answers.items()}
        finally:
            _leave(client)
    except smtplib.SMTPRecipientsRefused as error:
        found = {address: _words(*answer) for address, answer in error.recipients.items()}
        return {address: found.get(address, "it refused all recipients") for address in to}
    except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
        return dict.fromkeys(to, _why(error))


def _session(server: Mapping[str, Any]) -> smtplib.SMTP:
    """A verified connection. Raises OSError or ValueError."""
    context = ssl.create_default_context(cafile=server.get("ca"))
    address, port = server["host"], server["port"]
    if server["tls"] == "implicit":
        return smtplib.SMTP_SSL(address, port, timeout=ANSWERS_WITHIN, context=context)
    client = smtplib.SMTP(address, port, timeout=ANSWERS_WITHIN)
    try:
        client.starttls(context=context)
    except BaseException:
        client.close()
        raise
    return client


def _leave(client: smtplib.SMTP) -> None:
    """Whatever the server says to QUIT: what became of the mail is known by now."""
    try:
        if client.sock is not None:
            client.sock.settimeout(QUITS_WITHIN)
        client.quit()
    except (OSError, ValueError):
        client.close()


def _why(error: Exception) -> str:
    """What failed, with the server's reply if there is one; never what was sent."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return one_line(f"{type(error).__name__}: {error}", LONGEST_SUBJECT)


def _words(code: int, answer: Any) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return one_line(f"{code} {text}", LONGEST_SUBJECT)
