"""One SMTP session: aiosmtpd, worded as SES words it, and its hooks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, LoginPassword, Session, syntax

from lab.faults import Faults
from lab.observed import Log, Mail, Refusal
from lab.smtp.distance import DistantTransport
from lab.smtp.service import RefusedError, Service, Submission
from lab.smtp.troubles import BUSY, BUSY_REPLY, DROPPED, TO_DATA


@dataclass(frozen=True)
class Seen:
    """What end points have taken, and what they have not."""

    mail: Log[Mail]
    refusals: Log[Refusal]


class SmtpSession(SMTP):
    """What is wrong with it, and how slow it is, may change while it is open."""

    def __init__(self, hooks: Hooks, faults: Faults, provider: str, **options: Any) -> None:
        super().__init__(hooks, **options)
        self._faults = faults
        self._provider = provider

    @property
    def trouble(self) -> str:
        return self._faults.trouble(self._provider)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:  # STARTTLS makes another connection, on top of this one
            distant = DistantTransport(
                cast(asyncio.Transport, transport), lambda: self._faults.delay(self._provider)
            )
            transport = cast(asyncio.BaseTransport, distant)
        super().connection_made(transport)

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802  (aiosmtpd's name)
        if self.trouble != BUSY:
            await super().smtp_EHLO(hostname)
            return
        await self.push(BUSY_REPLY)
        self.cut()

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

    def __init__(self, service: Service, seen: Seen) -> None:
        self._service = service
        self._seen = seen

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
        self, server: SmtpSession, session: Session, envelope: Envelope
    ) -> str:
        peer = session.peer[0] if session.peer else ""
        submission = Submission(
            user=cast(LoginPassword, session.auth_data).login.decode(errors="replace"),
            mail_from=envelope.mail_from or "",
            rcpt_to=tuple(envelope.rcpt_tos),
            data=envelope.original_content or b"",
        )
        loop = asyncio.get_running_loop()
        try:
            if server.trouble in TO_DATA:
                raise RefusedError(TO_DATA[server.trouble])
            reply, data = await loop.run_in_executor(None, self._service.accept, submission)
            departure = await loop.run_in_executor(None, self._service.departure, submission, data)
        except RefusedError as refusal:
            self._note_refusal(peer, str(refusal))
            if server.trouble == DROPPED:
                server.cut()
            return str(refusal)
        number, at = self._seen.mail.stamp()
        self._seen.mail.add(
            Mail(
                n=number,
                provider=self._service.name,
                at=at,
                tls=_tls_version(server),
                user=submission.user,
                peer=peer,
                mail_from=submission.mail_from,
                rcpt_to=submission.rcpt_to,
                data=data,
                return_path=departure.mail_from,
                sent_from=departure.address,
            )
        )
        return reply

    def _note_refusal(self, peer: str, reply: str) -> None:
        number, at = self._seen.refusals.stamp()
        self._seen.refusals.add(Refusal(number, self._service.name, at, peer, reply))


def _tls_version(server: SMTP) -> str:
    """Such as TLSv1.3; empty in the clear."""
    tls = server.transport.get_extra_info("ssl_object") if server.transport else None
    return str(tls.version()) if tls else ""
