"""How a run ends at a terminal, and without one.

pyinfra leaves with status 0 on Ctrl-C, and with a traceback where it asks for a confirmation
that nobody can give.
"""

import builtins
import signal
import sys
from types import FrameType

from pyinfra.api.exceptions import PyinfraError

INTERRUPTED = 128 + signal.SIGINT
_ask = builtins.input


def answer(prompt: object = "", /) -> str:
    """input() that tells the end of standard input from an answer.

    A dry run changes nothing, so it goes on without the hosts that failed.
    """
    try:
        return _ask(prompt)
    except EOFError:
        if "--dry" in sys.argv:
            return ""
        raise PyinfraError("nobody is there to confirm: run with -y, or with --dry") from None


def _interrupted(signal_number: int, frame: FrameType | None) -> None:
    sys.exit(INTERRUPTED)


def prepare() -> None:
    """Make pyinfra's command line behave so, for this process."""
    signal.signal(signal.SIGINT, _interrupted)
    builtins.input = answer
