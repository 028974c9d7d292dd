"""Wait until Postfix has no connection left that it authenticated before its last reload.

A reload does not end them: smtp(8) finishes its delivery and leaves the connection in the cache,
where the next smtp(8) takes it up, with the credential of old, for as long as
smtp_connection_reuse_time_limit (postconf(5)). tlsproxy(8) holds those that are reused under TLS.

Goes to `python3 -I -` on standard input, with its request: {"ports", "within"}, where providers
listen, and seconds.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHANGED = "/etc/postfix/sasl_passwd"
CLIENTS = ("smtp", "tlsproxy")
ESTABLISHED = "01"
PAUSE = 0.5


def drain(request: dict[str, Any], clients: tuple[str, ...] = CLIENTS) -> None:
    """Return once there is none; exit with a sentence when that takes too long."""
    until = time.monotonic() + request["within"]
    # a client that started before the credential changed may still open another connection
    while any(started(pid) < changed() for pid in processes(clients[:1])):
        wait(until)
    old = connections(request["ports"], clients)
    while old & connections(request["ports"], clients):
        wait(until)
    print(f"{len(old)} old connections are closed", flush=True)


def changed() -> float:
    """When the credentials were replaced: files are installed with an older mtime."""
    return os.stat(CHANGED).st_ctime


def wait(until: float) -> None:
    if time.monotonic() > until:
        sys.exit(
            "mailfleet: Postfix still sends over connections that it authenticated with the old "
            "credential: check what delays its deliveries, and run rotate.py again"
        )
    time.sleep(PAUSE)


def connections(ports: list[int], clients: tuple[str, ...]) -> set[str]:
    """The inodes of these programs' connections to these ports (proc(5), /proc/net/tcp)."""
    found = set()
    for family in ("tcp", "tcp6"):
        table = Path(f"/proc/net/{family}")
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            port = int(fields[2].rpartition(":")[2], 16)
            if port in ports and fields[3] == ESTABLISHED:
                found.add(fields[9])
    return found & {inode for pid in processes(clients) for inode in sockets(pid)}


def processes(names: tuple[str, ...]) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "comm").read_text().strip() in names:
                yield int(entry.name)
        except OSError:
            continue  # it has ended meanwhile


def sockets(pid: int) -> Iterator[str]:
    """The inodes of its sockets; none when it has ended meanwhile."""
    try:
        files = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return
    for file in files:
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/{pid}/fd/{file}")
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1]


def started(pid: int) -> float:
    """When it started, as time.time(); infinity when it has ended (proc(5), /proc/pid/stat)."""
    try:
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return float("inf")
    boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return boot + int(ticks) / os.sysconf("SC_CLK_TCK")


def main(text: str) -> None:
    drain(json.loads(text))
