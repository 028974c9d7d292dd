"""Runs of pyinfra that are forked from a process which has everything imported."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER = [sys.executable, "-m", "tests.support.warm_server"]


def run(argv: list[str], env: dict[str, str], timeout: float) -> tuple[int, str]:
    """The exit status and all that it printed; after `timeout` seconds subprocess.TimeoutExpired.

    It starts in the project's root, with nobody at standard input.
    """
    with tempfile.TemporaryDirectory(prefix="run-") as directory:
        output, status = Path(directory, "output"), Path(directory, "status")
        os.mkfifo(status)
        request = {"argv": argv, "env": env, "cwd": str(ROOT)}
        request |= {"output": str(output), "status": str(status)}
        # one write, so that runs may be started from several threads
        os.write(_server(), json.dumps(request).encode() + b"\n")
        with status.open() as reports:
            pid = int(reports.readline())
            if not select.select([reports], [], [], timeout)[0]:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(argv, timeout, output.read_bytes())
            return int(reports.readline()), output.read_text()


@cache
def _server() -> int:
    """The pipe to it; it ends with this process."""
    server = subprocess.Popen(SERVER, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    return server.stdin.fileno()
