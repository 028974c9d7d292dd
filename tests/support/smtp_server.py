"""A provider's SMTP end point that takes one credential: python -m tests.support.smtp_server DIR

A process of its own, since gevent's patches and asyncio do not go together. DIR holds server.pem
and behaviour.json; the mail that was taken is written there. Prints two ports: that of STARTTLS,
and one that speaks TLS from the first byte.
"""

import asyncio
import base64
import json
import ssl
import sys
from pathlib import Path
from typing import Any

from aiosmtpd import smtp

USER, PASSWORD = "apikey", "sentinel-password"


class EndPoint:
    """Takes mail, or answers what behaviour.json says."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.refused = 0

    def behaviour(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "behaviour.json").read_text())
        return found

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self,
        server: smtp.SMTP,
        session: smtp.Session,
        envelope: smtp.Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        busy = self.behaviour().get("ehlo")
        return [busy] if busy else responses

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self,
        server: smtp.SMTP,
        session: smtp.Session,
        envelope: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> str:
        refused = self.behaviour().get("refuse", {}).get(address)
        if refused:
            return str(refused)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_QUIT(  # noqa: N802  aiosmtpd's name
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope
    ) -> str:
        answer = str(self.behaviour().get("quit", "221 bye"))
        if answer == "hang up" and server.transport:
            server.transport.close()
        return answer

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope
    ) -> str:
        answer = str(self.behaviour().get("answer", "250 ok"))
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = {"to": envelope.rcpt_tos, "data": base64.b64encode(envelope.content).decode()}
            with (self.directory / "mail").open("a") as out:
                out.write(f"{json.dumps(mail)}\n")
        return answer

    def authenticate(
        self,
        server: smtp.SMTP,
        session: smtp.Session,
        envelope: smtp.Envelope,
        mechanism: str,
        data: Any,
    ) -> smtp.AuthResult:
        if self.refused < self.behaviour().get("refuse_logins", 0):
            self.refused += 1
            return smtp.AuthResult(success=False, handled=False)
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return smtp.AuthResult(success=right, handled=right)


async def serve(directory: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(directory / "server.pem")
    end_point = EndPoint(directory)

    def session(*, wrapped: bool) -> smtp.SMTP:
        return smtp.SMTP(
            end_point,
            hostname="localhost",
            tls_context=None if wrapped else context,
            require_starttls=not wrapped,
            authenticator=end_point.authenticate,
            auth_required=True,
            auth_require_tls=not wrapped,
        )

    loop = asyncio.get_running_loop()
    plain = await loop.create_server(lambda: session(wrapped=False), "127.0.0.1", 0)
    wrapper = await loop.create_server(lambda: session(wrapped=True), "127.0.0.1", 0, ssl=context)
    print(*(server.sockets[0].getsockname()[1] for server in (plain, wrapper)), flush=True)
    await asyncio.gather(plain.serve_forever(), wrapper.serve_forever())


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
