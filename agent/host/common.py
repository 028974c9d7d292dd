"""What every program on a host shares: how it ends, what it says, how it runs commands.

The files of this directory are joined into one program, which goes to `python3 -I -` on standard
input with its request. Their imports of each other are dropped on the way.
"""

import contextlib
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable

_ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "HOME": "/root",
    "LC_ALL": "C",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


class Refused(Exception):
    """The work stops here; the text is the one sentence that says why."""


def say(line: str) -> None:
    """One line about something done. A reader that has gone away must not stop the work."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def carry_on_when_the_reader_is_gone() -> None:
    """A lost connection or Ctrl-C on the other side leaves this host whole: old or new."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTERM):
        # a handler, unlike SIG_IGN, is not inherited by the programs that we start
        signal.signal(number, lambda *_: None)


def is_there(program: str) -> bool:
    """Whether this host has the program, where run() looks for it."""
    return shutil.which(program, path=_ENVIRONMENT["PATH"]) is not None


def run(*command: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, untranslated, with `given` as its standard input.

    A failure is the caller's to judge.
    """
    try:
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            check=False,
            errors="replace",
            env=_ENVIRONMENT,
            start_new_session=True,
            umask=0o022,
        )
    except FileNotFoundError:
        raise Refused(f"found no program {command[0]} on this host") from None


def run_at_terminal(*command: str) -> tuple[int, str]:
    """Run a command with a terminal as its standard error: its exit status and what came there.

    Postfix 3.7's own commands tell their errors to a terminal only; elsewhere they just fail.
    """
    ours, theirs = pty.openpty()
    try:
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=theirs,
                env=_ENVIRONMENT,
                start_new_session=True,
                umask=0o022,
            )
            os.close(theirs)
            said = b""
            with contextlib.suppress(OSError):  # EIO: the other end has been closed
                while part := os.read(ours, 65536):
                    said += part
            return process.wait(), said.decode(errors="replace")
    finally:
        os.close(ours)


def one_line(text: str) -> str:
    """A program's message on one line, bounded."""
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())[:2000]


def ending_in_one_sentence(work: Callable[[], None]) -> None:
    """Do the work; exit 1 with one sentence on standard error when it fails."""
    try:
        work()
        return
    except Refused as reason:
        sentence = str(reason)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        sentence = f"{error.strerror or type(error).__name__}{where}"
    except Exception as error:  # a traceback could show the request, which holds secrets
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        line = trace.tb_lineno if trace else 0
        sentence = f"mistake in mailfleet's own program: {type(error).__name__} in line {line}"
    sys.stderr.write(f"mailfleet: {one_line(sentence)}\n")
    sys.exit(1)
