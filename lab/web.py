"""An HTTP server for a WSGI application, a thread for each connection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class WebServer:
    """Bound from construction on; port 0 takes a free one."""

    def __init__(self, address: str, port: int, app: WSGIApplication) -> None:
        self._server = make_server(address, port, app, threaded=True, request_handler=_Quiet)
        self.url = f"http://{address}:{self._server.server_port}"

    def start(self) -> None:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.05,), name="http", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(WSGIRequestHandler):
    """HTTP/1.1, so that clients keep their connections; one log line only for errors."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code)[:1] == "5":
            super().log_request(code, size)
