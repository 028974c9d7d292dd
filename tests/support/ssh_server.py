"""An SSH server on loopback that can be frozen and killed, and lets everybody in."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko

from tests.support.cli import ROOT


class _Server(paramiko.ServerInterface):
    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return int(paramiko.AUTH_SUCCESSFUL)  # type: ignore[attr-defined]

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)  # type: ignore[attr-defined]

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=_run, args=(channel, command), daemon=True).start()
        return True


def _run(channel: Any, command: bytes) -> None:
    """The command's own input goes to it whole, as sshd's would, and its output comes as it is."""
    process = subprocess.Popen(
        ["sh", "-c", command.decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr

    def copy(source: Any, send: Any) -> None:
        while part := source.read1(65536):
            send(part)

    copies = [
        threading.Thread(target=copy, args=each)
        for each in ((process.stdout, channel.sendall), (process.stderr, channel.sendall_stderr))
    ]
    for each in copies:
        each.start()
    with contextlib.suppress(BrokenPipeError):  # it need not read
        while part := channel.recv(65536):
            process.stdin.write(part)
            process.stdin.flush()
        process.stdin.close()
    for each in copies:
        each.join()
    channel.send_exit_status(process.wait())
    channel.close()


def main() -> None:
    key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    sessions = []
    while True:
        transport = paramiko.Transport(listener.accept()[0])
        transport.add_server_key(key)
        transport.start_server(server=_Server())
        sessions.append(transport)


class SshServer:
    """A process of its own. `inventory` is a file with it as the host "toy"."""

    def __init__(self, process: "subprocess.Popen[str]", inventory: Path) -> None:
        self._process = process
        self.inventory = inventory

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self._process.kill()


@contextmanager
def ssh_server(scratch: Path) -> Iterator[SshServer]:
    key = scratch / "key"
    paramiko.RSAKey.generate(2048).write_private_key_file(str(key))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.ssh_server"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        port = int(process.stdout.readline())
        yield SshServer(process, toy_inventory(scratch, port, key))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def toy_inventory(scratch: Path, port: int, key: Path | None = None) -> Path:
    """An inventory with one host, "toy", on that port of loopback."""
    data = {
        "ssh_hostname": "127.0.0.1",
        "ssh_port": port,
        "ssh_user": "admin",
        "ssh_known_hosts_file": str(scratch / "known_hosts"),
        "ssh_allow_agent": False,
        "ssh_look_for_keys": False,
        **({"ssh_key": str(key)} if key else {}),
    }
    path = scratch / "toys.py"
    path.write_text(f'toys = [("toy", {data!r})]\n')
    return path


if __name__ == "__main__":
    main()
