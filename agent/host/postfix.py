"""Postfix: check a configuration before it is live, load it, and verify that it runs."""

import contextlib
import itertools
import os
import shutil
import socket
import time
from collections.abc import Iterator
from typing import Any

from agent.host.common import HostError, one_line, run, run_at_terminal, say, time_for
from agent.host.complaints import objection
from agent.host.configuration import understood
from agent.host.files import naming, new_file
from agent.host.lint import faults
from agent.host.staging import copy_configuration
from agent.host.state import KEPT, LOADED, POSTFIX, kept, running

_STAGE = f"{KEPT}/stage"
_SECONDS_TO_ANSWER = 20.0
PORT = 25
ANSWER_PAUSE = 0.3
LISTEN = ("inet_interfaces", "inet_protocols")


def check(root: str, files: list[dict[str, Any]], absent: list[str], nexthops: list[str]) -> None:
    """Let Postfix check a copy of its directory that has the new files.

    Raises HostError with Postfix's own message. No live file is changed.
    """
    with _staged(root, files, absent) as stage:
        names = [file["path"][len(POSTFIX) :] for file in files]
        elsewhere = {f["path"]: f["content"] for f in files if not f["path"].startswith(POSTFIX)}
        for command in (("postconf", "-n"), ("postconf", "-M"), ("postfix", "check")):
            status, said = run_at_terminal(command[0], "-c", stage, command[1])
            if words := objection(" ".join(command), status, said, stage, names):
                raise HostError(
                    "Postfix refuses the new configuration: "
                    + words.replace(stage, POSTFIX.rstrip("/"))
                )
        if complaints := list(itertools.islice(faults(stage, elsewhere), 3)):
            raise HostError(
                "the new configuration would lose mail: "
                + "; ".join(complaints).replace(stage, POSTFIX.rstrip("/"))
            )
        for nexthop in sorted({*nexthops, *understood(stage).authenticated}):
            table = f"texthash:{stage}/sasl_passwd"
            # the answer is the credential: only check that there is one
            if not run("postmap", "-c", stage, "-q", nexthop, table).stdout.strip():
                raise HostError(
                    f"{POSTFIX}sasl_passwd has no credential for the next hop {nexthop}: all its "
                    "mail would be refused"
                )


@contextlib.contextmanager
def _staged(root: str, files: list[dict[str, Any]], absent: list[str]) -> Iterator[str]:
    stage = root + _STAGE
    os.makedirs(root + KEPT, mode=0o700, exist_ok=True)
    shutil.rmtree(stage, ignore_errors=True)
    try:
        with naming(_STAGE):
            copy_configuration(root + POSTFIX, stage)
            for file in files:
                if file["path"].startswith(POSTFIX):
                    new_file(stage, file["path"][len(POSTFIX) :], file)
            for path in absent:
                if path.startswith(POSTFIX):
                    os.unlink(os.path.join(stage, path[len(POSTFIX) :]))
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def listen(root: str) -> str:
    """Where Postfix listens, in the form of mailfleet.relay.access; only a restart changes it."""
    parameters = _asked(root, "-h", *LISTEN).split()
    services = (line.split()[:2] for line in _asked(root, "-M").splitlines())
    named = [
        name
        for name, kind in filter(None, services)
        if kind == "inet" and name.endswith(("smtp", "submission")) and name != "smtp"
    ]
    return " ".join([*parameters, *named])


def _asked(root: str, *options: str) -> str:
    answer = run("postconf", "-c", (root + POSTFIX).rstrip("/"), *options)
    if answer.returncode != 0:
        raise HostError(f"postconf cannot read {POSTFIX}: {one_line(answer.stderr)}")
    return answer.stdout


class Loading:
    """Postfix in a change: it loads the new files or, in a rollback, the old ones."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._ran = running(root) or kept(root, LOADED) is not None
        self._restarted = False

    def load(self, action: str) -> None:
        """With "reload", "restart" or "start". Returns once Postfix runs and answers; otherwise
        raises HostError."""
        self._restarted = self._restarted or action != "reload"
        load(self._root, action)

    def back(self) -> None:
        """Once the files are restored: run the old configuration, or stop Postfix if it did not
        run."""
        if self._ran:
            load(self._root, "restart" if self._restarted else "reload")
        else:
            run("systemctl", "stop", "postfix.service")


def load(root: str, action: str) -> None:
    """Let Postfix load its live configuration; see Loading."""
    if action == "reload" and running(root):
        answer = run("postfix", "reload")
    else:
        # systemd may have given up starting it (relay/restart.py)
        run("systemctl", "reset-failed", "postfix.service", "postfix@-.service")
        # "start" of Debian 12's postfix.service does nothing once its instance has died
        answer = run("systemctl", "restart", "postfix.service")
    if answer.returncode != 0:
        raise HostError(f"Postfix cannot {action}: {one_line(answer.stderr)}")
    _see_that_it_answers(root)
    say(f"postfix {action}")


def _see_that_it_answers(root: str) -> None:
    until = time.monotonic() + time_for("postfix", _SECONDS_TO_ANSWER)
    while True:
        time.sleep(ANSWER_PAUSE)
        if running(root) and _greeting().startswith(b"220"):
            return
        if time.monotonic() > until:
            raise HostError(
                "Postfix does not answer on 127.0.0.1 port 25 after it loaded its configuration: "
                f"{_last_error() or 'see journalctl --identifier=postfix/master'}"
            )


def _greeting() -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", PORT), timeout=5) as server:
            return server.recv(200)
    except OSError:
        return b""


def _last_error() -> str:
    """The last error that Postfix logged within the last minute."""
    answer = run(
        "journalctl", "--facility=mail", "--priority=err", "--since=-1min",
        "--lines=1", "--output=cat", "--quiet",
    )  # fmt: skip
    return one_line(answer.stdout)
