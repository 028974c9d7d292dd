"""How a run ends at a terminal, and without one.

pyinfra leaves with status 0 on Ctrl-C, and with a traceback where it asks for a confirmation
that nobody can give.
"""

import builtins
import signal
import sys
from types import FrameType

from pyinfra import state
from pyinfra.api.exceptions import PyinfraError
from pyinfra.context import ctx_state

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
    """Let go of what hosts are being asked: pyinfra would wait for it before it disconnects."""
    if ctx_state.isset():  # type: ignore[no-untyped-call]
        state.pool.kill(block=False)
    sys.exit(INTERRUPTED)


def prepare() -> None:
    """Make pyinfra's command line behave so, for this process."""
    signal.signal(signal.SIGINT, _interrupted)
    builtins.input = answer
