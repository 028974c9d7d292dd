"""An SMTP end point that wants STARTTLS and AUTH; what it accepts is up to its `Service`."""

from __future__ import annotations

import asyncio
import ssl
import weakref
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lab.observed import Log, Mail

BAD_CREDENTIALS = "535 Authentication Credentials Invalid"


@dataclass(frozen=True)
class Submission:
    user: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    data: bytes


class RefusedError(Exception):
    """A submission that is answered with this reply."""


class Service(ABC):
    """What a provider does with a login and with a mail. Called from several threads."""

    name: str
    banner = "ESMTP"

    @abstractmethod
    def authenticate(self, user: str, password: str) -> bool: ...

    @abstractmethod
    def accept(self, submission: Submission) -> tuple[str, bytes]:
        """(the reply, the message as it goes out); raises RefusedError."""

    def sender_refusal(self, address: str) -> str | None:
        """The reply to a MAIL FROM that is not taken."""
        return None


class EndPoint:
    """One listening address of a service, opened and closed on the event loop's thread."""

    def __init__(
        self,
        service: Service,
        host: str,
        at: tuple[str, int],
        tls: ssl.SSLContext,
        mail: Log[Mail],
    ) -> None:
        self.service = service
        self._host = host
        self._at = at
        self._tls = tls
        self._mail = mail
        self._server: asyncio.Server | None = None
        self._sessions: weakref.WeakSet[_Session] = weakref.WeakSet()

    async def open(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._session, *self._at)

    async def close(self) -> None:
        """Close the listening socket and cut every open connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in list(self._sessions):
            session.cut()

    def _session(self) -> _Session:
        session = _Session(
            _Handler(self.service, self._mail),
            hostname=self._host,
            ident=self.service.banner,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._authenticate,
            timeout=60,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        user, password = (part.decode(errors="replace") for part in cast(LoginPassword, data))
        if self.service.authenticate(user, password):
            return AuthResult(
                success=True, message="235 Authentication successful.", auth_data=data
            )
        return AuthResult(success=False, handled=False, message=BAD_CREDENTIALS)


class _Session(SMTP):
    async def check_auth_needed(self, caller_method: str) -> bool:
        """As SES words it."""
        if self.session is None or not self.session.authenticated:
            await self.push("530 Authentication required")
            return True
        return False

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.close()


class _Handler:
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
            )
        )
        return reply


def _tls_version(session: Session) -> str:
    """Such as TLSv1.3."""
    tls = session.ssl
    return str(tls["ssl_object"].version()) if tls else ""
