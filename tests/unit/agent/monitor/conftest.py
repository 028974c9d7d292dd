"""An HTTPS server of which the system's trust store knows, and messages to send."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from agent.monitor.channel import Message


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Sink:
    """What was received, and how to answer."""

    port: int
    received: list[Received] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    by_path: dict[str, bytes] = field(default_factory=dict)
    tls: bool = True

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"


def _handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            received = Received(
                self.command, self.path, dict(self.headers), self.rfile.read(length)
            )
            sink.received.append(received)
            known = not sink.by_path or self.path in sink.by_path
            self.send_response(sink.status if known else 404)
            answer = sink.by_path.get(self.path, sink.answer)
            for name, value in {**sink.headers, "Content-Length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = answer  # noqa: N815  http.server's names

        def log_message(self, *_: object) -> None:
            """Nothing: tests look at what was received."""

    return Handler


def _serve(context: ssl.SSLContext | None) -> tuple[Sink, ThreadingHTTPServer]:
    sink = Sink(0, tls=context is not None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sink))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    sink.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return sink, server


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    found, server = _serve(context)
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def metadata() -> Iterator[Sink]:
    """The instance metadata service: without TLS, on loopback."""
    found, server = _serve(None)
    yield found
    server.shutdown()
    server.server_close()


ALERT = {
    "kind": "open", "at": 1_800_000_000.0, "key": "provider:ses:credential-refused",
    "level": "fail", "summary": "ses refused 3 mails", "said": "535 5.7.8 no",
    "remedy": "rotate.py", "provider": "ses", "first": 1_800_000_000.0,
    "last": 1_800_000_060.0, "count": 3, "returns": 0,
}  # fmt: skip


@pytest.fixture
def message() -> Callable[..., Message]:
    """`message(text=...)`."""

    def build(**changes: Any) -> Message:
        usual: dict[str, Any] = {
            "host": "relay1", "fleet": "shop", "at": 1_800_000_000.0,
            "subject": "[mail] relay1: ses refused 3 mails", "text": "FAIL: ses refused 3 mails\n",
            "alerts": (ALERT,),
        }  # fmt: skip
        return Message(**{**usual, **changes})

    return build
