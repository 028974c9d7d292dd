"""SSH to a host, with the end of it noticed: a host may freeze, reboot or be cut off at any time.

TCP alone notices none of it in time: it waits a quarter of an hour for what was sent, for ever
when nothing was, and the kernel of a host whose sshd is frozen goes on acknowledging. So the SSH
server itself is asked, as ssh(1) does with ServerAliveInterval.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import gevent
from paramiko import SSHException, Transport
from paramiko.channel import ChannelFile
from pyinfra.api.exceptions import ConnectError, InventoryError
from pyinfra.api.host import Host
from pyinfra.connectors.ssh import SSHConnector

from mailfleet.run.connectors import NOT_SENT, Bounded
from mailfleet.run.notices import show_notice
from mailfleet.run.options import ANSWERS_WITHIN

CONNECTED_WITHIN = 45
"""Seconds for name, TCP, banner, keys and log-in together, and for each retry that the inventory
asks for."""
STARTED_WITHIN = 15
"""Seconds for a session on the connection, and for its command to start."""
ASKED_EVERY = 10
FROZEN = "its SSH server does not answer: the host is frozen or overloaded"

# It logs what it raises, with a traceback; without any handler Python would print that.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class Ssh(Bounded, SSHConnector):
    """pyinfra's SSH, but it says so when a host does not answer any more."""

    _gone: str | None = None

    def connect(self) -> None:
        """Raises ConnectError, with a sentence that says that nothing was sent."""
        patience = self._patience()
        attempts = 1 + int(self.data["ssh_connect_retries"])
        try:
            with gevent.Timeout(CONNECTED_WITHIN * attempts):
                super().connect()
        except gevent.Timeout:
            if self.client:
                self.client.close()
            raise ConnectError(f"{FROZEN}; {NOT_SENT}") from None
        except ConnectError as error:
            # paramiko's word for a server that takes the connection and says nothing
            said = FROZEN if "No existing session" in str(error) else error
            raise ConnectError(f"{said}; {NOT_SENT}") from None
        assert self.client  # noqa: S101
        self.client.exec_command = _started(self.client.exec_command, self.host)  # type: ignore[method-assign]
        transport = self.client.get_transport()
        assert transport  # noqa: S101
        gevent.spawn(self._watch, transport, patience)

    def _patience(self) -> float:
        try:
            return float(ANSWERS_WITHIN.of(self.host))
        except InventoryError as mistake:
            raise ConnectError(str(mistake)) from None

    def _watch(self, transport: Transport, patience: float) -> None:
        """Close the connection when the server leaves a question unanswered for too long; then
        whoever waits for something on it goes on."""
        while transport.is_active():
            gevent.sleep(min(ASKED_EVERY, patience))
            asked = gevent.spawn(_ask, transport)
            # in steps: while this process computes, time passes, and answers wait to be read
            steps = 10
            while steps and not asked.ready():
                gevent.sleep(patience / 10)
                steps -= 1
            if not asked.ready():
                self._gone = f"no answer for {patience:.0f} s, so the host is frozen or cut off"
                transport.close()
                asked.kill()

    def why_lost(self) -> str | None:
        transport = self.client and self.client.get_transport()
        for _ in range(10):  # a session ends a moment before its connection does
            if not transport or not transport.is_active():
                return self._gone or "the SSH connection was lost"
            gevent.sleep(0.1)
        return None


def _ask(transport: Transport) -> None:
    """Returns when the server has answered, which it must (RFC 4254 section 4), or is gone."""
    with contextlib.suppress(EOFError, OSError, SSHException):
        transport.global_request("keepalive@openssh.com", wait=True)


def _started(run: Callable[..., Any], host: Host) -> Callable[..., Any]:
    """client.exec_command(), which would wait for an hour."""

    def exec_command(*args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        late = SSHException(f"no command was started there within {STARTED_WITHIN} s")
        with gevent.Timeout(STARTED_WITHIN, late):
            stdin, stdout, _ = run(*args, **kwargs)
        channel = stdout.channel
        return (
            _Stdin(channel, stdin),
            _Lines(channel, channel.makefile("rb"), host),
            _Lines(channel, channel.makefile_stderr("rb"), host),
        )

    return exec_command


class _Stdin:
    """A command may end before it has read all its input, such as sudo(8) without a password: then
    what it printed says why, and not our failure to write."""

    def __init__(self, channel: Any, file: ChannelFile) -> None:
        self._channel = channel
        self._file = file

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError:
            if not self._channel.get_transport().is_active():
                raise

    def close(self) -> None:
        self._file.close()


class _Lines:
    """What a command prints, line by line: notices are shown as they come, and bytes that are no
    UTF-8 (of a log-in message, say) end nothing."""

    def __init__(self, channel: Any, file: ChannelFile, host: Host) -> None:
        self.channel = channel
        self._file = file
        self._host = host

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            text = line.decode(errors="replace")
            if not show_notice(self._host, text):
                yield text
