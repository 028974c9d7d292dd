"""One SMTP session: aiosmtpd, worded as SES words it, and its hooks."""

from __future__ import annotations

import asyncio
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, LoginPassword, Session

from lab.observed import Log, Mail
from lab.smtp.service import RefusedError, Service, Submission


class SmtpSession(SMTP):
    async def check_auth_needed(self, caller_method: str) -> bool:
        """As SES words it."""
        if self.session is None or not self.session.authenticated:
            await self.push("530 Authentication required")
            return True
        return False

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Hooks:
    """aiosmtpd's hooks."""

    def __init__(self, service: Service, mail: Log[Mail]) -> None:
        self._service = service
        self._mail = mail

    async def handle_EHLO(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        session.host_name = name
        return [*replies[:-1], "250 Ok"]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self._service.sender_refusal(address)
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        submission = Submission(
            user=cast(LoginPassword, session.auth_data).login.decode(errors="replace"),
            mail_from=envelope.mail_from or "",
            rcpt_to=tuple(envelope.rcpt_tos),
            data=envelope.original_content or b"",
        )
        loop = asyncio.get_running_loop()
        try:
            reply, data = await loop.run_in_executor(None, self._service.accept, submission)
            departure = await loop.run_in_executor(None, self._service.departure, submission, data)
        except RefusedError as refusal:
            return str(refusal)
        number, at = self._mail.stamp()
        self._mail.add(
            Mail(
                n=number,
                provider=self._service.name,
                at=at,
                tls=_tls_version(session),
                user=submission.user,
                peer=session.peer[0] if session.peer else "",
                mail_from=submission.mail_from,
                rcpt_to=submission.rcpt_to,
                data=data,
                return_path=departure.mail_from,
                sent_from=departure.address,
            )
        )
        return reply


def _tls_version(session: Session) -> str:
    """Such as TLSv1.3."""
    tls = session.ssl
    return str(tls["ssl_object"].version()) if tls else ""
