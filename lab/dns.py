"""The lab's DNS server, over UDP and TCP."""

from __future__ import annotations

import logging
import socketserver
import threading
from collections.abc import Callable
from typing import Any

import dns.exception
import dns.message
import dns.rcode

from lab.answers import Answers

log = logging.getLogger(__name__)

_UDP_SIZE = 1232


class DnsServers:
    """Listening on `address`:`port` from construction on; served by two threads."""

    def __init__(self, address: str, port: int, answers: Answers) -> None:
        respond = _responder(answers)

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, socket = self.request
                socket.sendto(respond(data, _UDP_SIZE), self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                while len(head := self.rfile.read(2)) == 2:
                    reply = respond(self.rfile.read(int.from_bytes(head)), 65535)
                    self.wfile.write(len(reply).to_bytes(2) + reply)

        self._servers: list[Any] = [
            _UdpServer((address, port), Udp),
            _TcpServer((address, port), Tcp),
        ]

    def start(self) -> None:
        for server in self._servers:
            threading.Thread(
                target=server.serve_forever, args=(0.1,), name="dns", daemon=True
            ).start()

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _UdpServer(socketserver.UDPServer):
    max_packet_size = 65535

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("DNS query of %s", client_address)


class _TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("DNS query of %s", client_address)


def _responder(answers: Answers) -> Callable[[bytes, int], bytes]:
    """From wire to wire; too long for UDP is answered with TC, so that TCP is tried."""

    def respond(data: bytes, size: int) -> bytes:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return data[:2] + b"\x80\x01" + bytes(8)  # FORMERR, nothing else
        most = min(size, max(query.payload, 512)) if size == _UDP_SIZE else size
        try:
            return answers.respond(query).to_wire(max_size=most, prefer_truncation=True)
        except Exception:
            log.exception("DNS answer for %s", query.question)
            failure = dns.message.make_response(query)
            failure.set_rcode(dns.rcode.SERVFAIL)
            return failure.to_wire()

    return respond
