"""How a run ends at a terminal, and without one.

pyinfra leaves with status 0 on Ctrl-C, and with a traceback where it asks for a confirmation
that nobody can give.
"""

import io
import signal
import sys
from types import FrameType
from typing import TextIO

from pyinfra.api.exceptions import PyinfraError

INTERRUPTED = 128 + signal.SIGINT


class Answers(io.TextIOBase):
    """Standard input that tells the end of it from an answer."""

    def __init__(self, source: TextIO, dry: bool) -> None:
        self._source = source
        self._dry = dry

    def readline(self, size: int | None = -1, /) -> str:
        line = self._source.readline()
        if line:
            return line
        if self._dry:
            return "\n"  # a dry run changes nothing: go on without the hosts that failed
        raise PyinfraError("nobody is there to confirm: run with -y to apply, or with --dry")


def _interrupted(signal_number: int, frame: FrameType | None) -> None:
    sys.exit(INTERRUPTED)


def prepare() -> None:
    """Make pyinfra's command line behave so, for this process."""
    signal.signal(signal.SIGINT, _interrupted)
    sys.stdin = Answers(sys.stdin, dry="--dry" in sys.argv)
