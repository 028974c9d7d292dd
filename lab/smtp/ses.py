"""The SMTP interface of Amazon SES.

https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html; the replies are from
https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from email import message_from_bytes
from email.utils import formatdate, parseaddr

from lab.aws import vault
from lab.aws.account import Account
from lab.aws.identity import Identity
from lab.smtp import permission
from lab.smtp.message import Message
from lab.smtp.service import Departure, RefusedError, Service, Submission
from lab.smtp.signing import dkim_signature
from lab.smtp.throttle import Throttle
from lab.smtp.troubles import THROTTLED_REPLY

OUTGOING = "54.240.8.1"
"""one of the addresses that amazonses.com's SPF record names"""


def smtp_password(secret_key: str, region: str) -> str:
    """https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"""
    key = f"AWS4{secret_key}".encode()
    for message in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        key = hmac.new(key, message.encode(), hashlib.sha256).digest()
    return base64.b64encode(b"\x04" + key).decode()


class SesSmtp(Service):
    banner = "ESMTP SimpleEmailService-lab"

    def __init__(self, account: Account, region: str, name: str) -> None:
        self.name = name
        self._account = account
        self._region = region
        self._throttle = Throttle()

    def authenticate(self, user: str, password: str) -> bool:
        """An active IAM access key and the password derived from it for this region."""
        key = vault.active_key(user)
        if key is None or key.age < self._account.faults.young_key:
            return False
        if not hmac.compare_digest(smtp_password(key.secret, self._region), password):
            return False
        vault.note_use(user, self._region)
        return True

    def sender_refusal(self, address: str) -> str | None:
        """SES takes no null sender, so bounces cannot leave through it."""
        return None if "@" in address else "501 Invalid MAIL FROM address provided"

    def accept(self, submission: Submission) -> tuple[str, bytes]:
        message = Message(submission.data)
        authors = message.addresses("from")
        if not authors:
            raise RefusedError("554 Transaction failed: Missing 'From' header")
        self._check_permission(submission.user, authors[0])
        if not self._throttle.admits(len(submission.rcpt_to), self._account.faults.send_rate):
            raise RefusedError(THROTTLED_REPLY)
        self._check_verified([*authors, *message.addresses("sender"), submission.mail_from])
        message_id = _message_id()
        domain = "email" if self._region == "us-east-1" else self._region
        message.set("Message-ID", f"<{message_id}@{domain}.amazonses.com>")
        if not message.has("date"):
            message.set("Date", formatdate())
        message.set("Feedback-ID", f"::1.{self._region}.lab:AmazonSES")
        return f"250 Ok {message_id}", self._signed(message, authors[0])

    def departure(self, submission: Submission, data: bytes) -> Departure:
        """https://docs.aws.amazon.com/ses/latest/dg/mail-from.html: the identity's MAIL FROM
        domain once its records were found, amazonses.com else."""
        message = message_from_bytes(data)
        author = parseaddr(str(message["From"]))[1]
        with self._account.lock:
            identity = next(self._account.identities.covering(self._region, author), None)
            own = identity.mail_from if identity and identity.mail_from_found else None
        ours = f"{self._region}.amazonses.com" if self._region != "us-east-1" else "amazonses.com"
        message_id = str(message["Message-ID"]).strip("<>").partition("@")[0]
        return Departure(f"{message_id}@{own or ours}", OUTGOING)

    def _check_permission(self, user: str, author: str) -> None:
        key = vault.active_key(user)
        if key is None:
            raise RefusedError("535 Authentication Credentials Invalid")
        permission.check(
            key.policies, key.user_arn, self._resource(author), {"ses:FromAddress": author}
        )

    def _resource(self, author: str) -> str:
        """The ARN of the identity that covers the address, or of the address itself."""
        with self._account.lock:
            covering = self._account.identities.covering(self._region, author)
            name = next((identity.name for identity in covering), author)
        return f"arn:aws:ses:{self._region}:{self._account.id}:identity/{name}"

    def _check_verified(self, addresses: list[str]) -> None:
        """One verified identity above an address is enough."""
        with self._account.lock:
            failed = [
                address
                for address in dict.fromkeys(addresses)
                if not any(
                    identity.verified
                    for identity in self._account.identities.covering(self._region, address)
                )
            ]
        if failed:
            raise RefusedError(
                "554 Message rejected: Email address is not verified. The following identities "
                f"failed the check in region {self._region.upper()}: {', '.join(failed)}"
            )

    def _signed(self, message: Message, author: str) -> bytes:
        """Signed for the sender's domain, if its DKIM is good, and always for amazonses.com."""
        account, signer = self._account, self._signer(author)
        signature = dkim_signature(message, "amazonses.com", account.ses_selector, account.ses_key)
        if signer is not None:
            keys = signer.keys
            signature = dkim_signature(message, signer.domain, keys.tokens[0], keys.key) + signature
        return signature + bytes(message)

    def _signer(self, author: str) -> Identity | None:
        """The most specific domain identity decides, verified or not.

        https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
        An address identity uses its domain's key, unless signing is off for the address.
        """
        with self._account.lock:
            for identity in self._account.identities.covering(self._region, author):
                if not identity.signing:
                    return None
                if identity.is_domain:
                    return identity if identity.keys.found is not None else None
        return None


def _message_id() -> str:
    """As SES makes them: milliseconds in hex, a UUID, 000000."""
    return f"{int(time.time() * 1000):016x}-{uuid.uuid4()}-000000"
