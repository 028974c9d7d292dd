"""A listening address that wants TLS and AUTH; what it accepts is up to its `Service`."""

from __future__ import annotations

import asyncio
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lab import tls
from lab.faults import Faults
from lab.smtp.service import Service
from lab.smtp.session import Hooks, Seen, SmtpSession
from lab.smtp.troubles import NO_LOGIN, NO_STARTTLS, WRONG_CERTIFICATE

BAD_CREDENTIALS = "535 Authentication Credentials Invalid"


ANOTHER_HOST = "another-host.invalid"


@dataclass(frozen=True)
class Place:
    """Where an end point listens, under which name, and whether TLS begins with the first byte."""

    host: str
    address: str
    port: int
    wrapper: bool


class EndPoint:
    """One listening address of a service, opened and closed on the event loop's thread."""

    def __init__(
        self, service: Service, place: Place, authority: Path, seen: Seen, faults: Faults
    ) -> None:
        self.service = service
        self._place = place
        self._tls = tls.server_context(authority, place.host)
        self._wrong_tls = tls.server_context(authority, ANOTHER_HOST)
        self._seen = seen
        self._faults = faults
        self._server: asyncio.Server | None = None
        self._sessions: weakref.WeakSet[SmtpSession] = weakref.WeakSet()

    async def open(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            wrapped = self._tls if self._place.wrapper else None
            at = (self._place.address, self._place.port)
            self._server = await loop.create_server(self._session, *at, ssl=wrapped)

    async def close(self) -> None:
        """Close the listening socket and cut every open connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in list(self._sessions):
            session.cut()

    def _session(self) -> SmtpSession:
        trouble = self._faults.trouble(self.service.name)
        context = self._wrong_tls if trouble == WRONG_CERTIFICATE else self._tls
        starttls = not self._place.wrapper and trouble != NO_STARTTLS
        session = SmtpSession(
            Hooks(self.service, self._seen),
            self._faults,
            self.service.name,
            hostname=self._place.host,
            ident=self.service.banner,
            tls_context=context if starttls else None,
            require_starttls=starttls,
            auth_required=True,
            auth_require_tls=starttls,
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
        refused = self._faults.trouble(self.service.name) == NO_LOGIN
        if not refused and self.service.authenticate(user, password):
            return AuthResult(
                success=True, message="235 Authentication successful.", auth_data=data
            )
        return AuthResult(success=False, handled=False, message=BAD_CREDENTIALS)
