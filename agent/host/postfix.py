"""Postfix: let it load its live configuration, and verify that it runs."""

import socket
import time

from agent.host.common import HostError, one_line, run, say, time_for
from agent.host.state import LOADED, POSTFIX, kept, running

_SECONDS_TO_ANSWER = 20.0
PORT = 25
ANSWER_PAUSE = 0.3
LISTEN = ("inet_interfaces", "inet_protocols")


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
