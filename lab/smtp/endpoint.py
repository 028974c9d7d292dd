"""A listening address that wants STARTTLS and AUTH; what it accepts is up to its `Service`."""

from __future__ import annotations

import asyncio
import ssl
import weakref
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lab.observed import Log, Mail
from lab.smtp.service import Service
from lab.smtp.session import Hooks, SmtpSession

BAD_CREDENTIALS = "535 Authentication Credentials Invalid"


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
        self._sessions: weakref.WeakSet[SmtpSession] = weakref.WeakSet()

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

    def _session(self) -> SmtpSession:
        session = SmtpSession(
            Hooks(self.service, self._mail),
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
