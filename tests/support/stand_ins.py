"""A directory that stands for a host's root, and programs that stand for Postfix's and systemd's.

What units are enabled and active, and which files Postfix has loaded, the programs keep in files.
"""

import base64
import fcntl
import getpass
import grp
import hashlib
import json
import os
import socketserver
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.host import canary, common, postfix, postfix_check
from agent.host import lock as host_lock
from agent.host.common import run
from agent.host.state import KEPT, MASTER_LOCK, POSTFIX

_PROGRAMS = {
    "systemctl": r"""
[ "$1" = --quiet ] && shift
verb=$1; shift
case $verb in
show)
    shift; [ "$1" = -- ] && shift
    for name; do
        enabled=disabled; [ -e "$STATE/enabled/$name" ] && enabled=enabled
        active=inactive; [ -e "$STATE/active/$name" ] && active=active
        printf 'Id=%s\nUnitFileState=%s\nActiveState=%s\nNeedDaemonReload=no\n\n' \
            "$name" $enabled $active
    done ;;
enable) : > "$STATE/enabled/$1" ;;
disable)
    if [ "$1" = --now ]; then shift; rm -f "$STATE/active/$1" "$STATE/runs-$1"; fi
    rm -f "$STATE/enabled/$1" ;;
stop) rm -f "$STATE/active/$1" "$STATE/runs-$1" ;;
restart)
    : > "$STATE/active/$1"
    if [ "$1" = postfix.service ]; then exec postfix reload; fi
    cksum < "$ROOT/etc/systemd/system/$1" > "$STATE/runs-$1" ;;
esac
""",
    "postfix": r"""
[ "$1" = reload ] || exit 0
find "$ROOT/etc/postfix" -name '.*' -prune -o ! -type d ! -type p -print | sort |
    xargs cat | cksum > "$STATE/loaded"
""",
    "postconf": 'case "$*" in *inet_interfaces*) printf "loopback-only\\nall\\n" ;; esac',
    "postmap": "echo something",
    "postsuper": "echo 'postsuper: Requeued: 3 messages' >&2",
    "openssl": 'if [ "$1" = req ]; then echo a certificate; else echo a fingerprint; fi',
    "journalctl": 'cat "$STATE/mail.log" 2>/dev/null; true',
    "dpkg-query": "",
    "systemd-analyze": "",
    "postkick": "",
}
_SENDMAIL = r"""
id=$(sed -n 's/^Message-ID: //p')
printf 'Q1: message-id=%s\nQ1: to=<x>, dsn=2.0.0, status=sent (250 ok)\n' "$id" \
    > "$STATE/mail.log"
"""


class StandIn:
    """`root` is the directory, `state` what the programs remember."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "root"
        self.state = directory / "state"
        for name in ("enabled", "active"):
            (self.state / name).mkdir(parents=True)
        self.write(POSTFIX + "main.cf", "a main.cf\n")
        self.write(MASTER_LOCK, "1\n")
        (self.root / KEPT[1:]).mkdir(parents=True, mode=0o700)
        (self.root / "usr/sbin").mkdir(parents=True)
        _program(self.root / "usr/sbin/sendmail", _SENDMAIL)

    def write(self, path: str, content: str, mode: int = 0o644) -> None:
        file = self.root / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)

    def reload(self) -> None:
        """Postfix runs what is there."""
        run("postfix", "reload")

    def snapshot(self) -> dict[str, Any]:
        """All that matters of the host. What could not be tidied up the next run sweeps."""
        found: dict[str, Any] = {}
        for tree in (self.root / "etc", self.root / "usr/local", self.root / KEPT[1:], self.state):
            for path in tree.rglob("*"):
                passing = path.name in ("lock", "mail.log") or "stage" in path.parts
                if not passing and ".mailfleet" not in path.name and not path.is_fifo():
                    found[str(path.relative_to(self.root.parent))] = _content(path)
        return found


def _content(path: Path) -> Any:
    status = path.lstat()
    mode = stat.filemode(status.st_mode)
    if path.is_symlink():
        return mode, os.readlink(path)
    if path.is_dir():
        return mode
    if path.name.endswith(".json") and path.parent.name == "mailfleet":
        record = json.loads(path.read_text())
        return mode, {key: record[key] for key in record if key != "at"}
    return mode, path.read_text()


@contextmanager
def stand_in(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Until the end of the block, what an apply does with that root as `root` stays in there."""
    found = StandIn(directory)
    programs = directory / "programs"
    programs.mkdir()
    for name, text in _PROGRAMS.items():
        _program(programs / name, text)
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin", "ROOT": str(found.root), "STATE": str(found.state),
    }  # fmt: skip
    monkeypatch.setattr(common, "_ENVIRONMENT", environment)
    monkeypatch.setattr(common, "_ends", [float("inf")], raising=False)
    monkeypatch.setattr(postfix_check, "faults", lambda directory, staged: iter(()))
    monkeypatch.setattr(postfix, "ANSWER_PAUSE", 0.0, raising=False)
    monkeypatch.setattr(postfix, "_SECONDS_TO_ANSWER", 0.3)
    monkeypatch.setattr(canary, "CANARY_PAUSE", 0.0, raising=False)
    monkeypatch.setattr(host_lock, "LOCK_SECONDS", 0)
    monkeypatch.setattr(hashlib, "scrypt", _quick_scrypt)
    with _greeter() as port, (found.root / MASTER_LOCK[1:]).open() as lock:
        monkeypatch.setattr(postfix, "PORT", port, raising=False)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield found


@contextmanager
def _greeter() -> Iterator[int]:
    class Greeting(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"220 stand-in\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Greeting) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def _quick_scrypt(content: bytes, **_: Any) -> bytes:
    return hashlib.sha256(content).digest()


def _program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def file(path: str, content: str, mode: str = "644") -> dict[str, str]:
    """A file of a request, which belongs to whoever runs the test."""
    return {
        "path": path,
        "mode": mode,
        "owner": getpass.getuser(),
        "group": grp.getgrgid(os.getegid()).gr_name,
        "content": base64.b64encode(content.encode()).decode(),
    }
