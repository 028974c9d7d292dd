"""What all programs on a host share: how they end, what they print, how they run commands.

The files of this directory are joined into one program, which goes to `python3 -I -` on standard
input with its request. Their imports of each other are dropped on the way.
"""

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

_ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "HOME": "/root",
    "LC_ALL": "C",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}
COMMAND_SECONDS = 25.0  # for a command, where its caller gives it no other limit
# For the work of a program, and then for its rollback. Together they end before the control
# machine stops waiting (mailfleet.relay.facts): 75 s, or 15 minutes with packages to install.
WORK, WORK_WITH_PACKAGES, UNDO = 50.0, 840.0, 20.0
_ends = [float("inf")]  # by time.monotonic()
_ERRNO = re.compile(r"^\[Errno \d+\] ")


class HostError(Exception):
    """The work stops here; the text is one sentence that says why."""


def say(line: str) -> None:
    """Print a line about something done. A lost connection must not stop the work."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def warn(line: str) -> None:
    """Print a line that the operator has to see although the work continues."""
    say(f"warning: {one_line(line)}")


def carry_on_when_the_reader_is_gone() -> None:
    """Let a lost connection or Ctrl-C on the control machine leave this host either old or new."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTERM):
        # a handler, unlike SIG_IGN, is not inherited by the commands that are run
        signal.signal(number, lambda *_: None)


def end_within(seconds: float) -> None:
    """Limit all further commands together to this time."""
    _ends[0] = time.monotonic() + seconds


def seconds_left() -> float:
    return _ends[0] - time.monotonic()


def time_for(what: str, seconds: float) -> float:
    """These seconds, or what is left of the time. Raises HostError, naming `what`, when none is."""
    if seconds_left() <= 0:
        raise HostError(f"there was no time left for `{what}`: this host is too slow or too busy")
    return min(seconds, seconds_left())


def is_there(program: str) -> bool:
    """Whether this host has the program in the PATH of run()."""
    return shutil.which(program, path=_ENVIRONMENT["PATH"]) is not None


def run(
    *command: str, given: str = "", seconds: float = COMMAND_SECONDS
) -> "subprocess.CompletedProcess[str]":
    """Run a command in the C locale, with `given` as its standard input.

    A non-zero exit status raises nothing. Raises HostError when the command does not exist, or does
    not end in time; it and its children are then killed.
    """
    limit = time_for(command[0], seconds)
    process = _started(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        said, errors = process.communicate(given.encode(errors="surrogateescape"), timeout=limit)
    except subprocess.TimeoutExpired:
        raise _killed(process, command, limit) from None
    return subprocess.CompletedProcess(
        command, process.returncode, said.decode(errors="replace"), errors.decode(errors="replace")
    )


def run_at_terminal(*command: str, seconds: float = COMMAND_SECONDS) -> tuple[int, str]:
    """Run a command with a terminal as its standard error: its exit status and its output there.

    Postfix 3.7's own commands print errors only to a terminal. Raises HostError as run() does.
    """
    limit = time_for(command[0], seconds)
    ours, theirs = pty.openpty()
    try:
        with tempfile.TemporaryFile() as output:
            process = _started(command, stdin=subprocess.DEVNULL, stdout=output, stderr=theirs)
            os.close(theirs)
            until = time.monotonic() + limit
            said = b""
            with contextlib.suppress(OSError):  # EIO: the other end has been closed
                while select.select([ours], [], [], max(until - time.monotonic(), 0))[0]:
                    said += os.read(ours, 65536)
            try:
                status = process.wait(max(until - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                raise _killed(process, command, limit) from None
            return status, said.decode(errors="replace")
    finally:
        os.close(ours)


def _started(command: "tuple[str, ...]", **streams: Any) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command, env=_ENVIRONMENT, start_new_session=True, umask=0o022, **streams
        )
    except FileNotFoundError:
        raise HostError(f"found no program {command[0]} on this host") from None


def _killed(
    process: "subprocess.Popen[bytes]", command: "tuple[str, ...]", limit: float
) -> HostError:
    """Kill the command and its children, if the kernel can; returns what to raise."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(2)  # a process that waits for a hung disk can't be killed
    return HostError(
        f"`{' '.join(command[:3])}` did not end within {round(limit, 1):g} s and was killed"
    )


def one_line(text: str) -> str:
    """A program's message on one line of limited length."""
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())[:2000]


def sentence_of(error: BaseException) -> str:
    """The message of an error on one line, without any values, which may be secrets."""
    if isinstance(error, HostError):
        return one_line(str(error))
    if isinstance(error, shutil.Error):  # of copytree: a list of (source, target, reason)
        _, target, reason = error.args[0][0]
        return one_line(f"{target}: {_ERRNO.sub('', str(reason)).partition(': ')[0]}")
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return one_line(f"{error.filename}: {reason}" if error.filename else reason)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    line = trace.tb_lineno if trace else 0
    return f"bug in mailfleet's program: {type(error).__name__} in line {line}"


def ending_in_one_sentence(work: Callable[[], None]) -> None:
    """Do the work; exit 1 with one sentence on standard error when it fails."""
    try:
        work()
    except Exception as error:  # a traceback could show the request, which holds secrets
        sys.stderr.write(f"mailfleet: {sentence_of(error)}\n")
        sys.exit(1)
