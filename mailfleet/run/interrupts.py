"""How a run ends at a terminal, and without one.

pyinfra leaves with status 0 on Ctrl-C, at once on SIGTERM (as CI systems send it) and SIGHUP, and
says nothing of what is left to do; and with a traceback where it asks for a confirmation that
nobody can give.
"""

import builtins
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from pyinfra import logger, state
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.state import State
from pyinfra.context import ctx_state

from mailfleet.run import connectors
from mailfleet.run.report import changing_hosts

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ask = builtins.input
_looking: list[bool] = []


def only_look() -> None:
    """This run was asked for no change: there is nothing to confirm."""
    _looking.append(True)


def answer(prompt: object = "", /) -> str:
    """input() that tells the end of standard input from an answer.

    A dry run changes nothing, so it goes on without the hosts that failed. Neither does a run that
    only looks: it asks nothing.
    """
    if _looking:
        return ""
    try:
        return _ask(prompt)
    except EOFError:
        if "--dry" in sys.argv:
            return ""
        raise PyinfraError("there is no terminal to confirm at: run with -y or --dry") from None


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Let go of what hosts are being asked: pyinfra would wait for it before it disconnects. Ends
    with 128 + the signal's number, as shells count; a second signal ends at once."""
    for each in ENDING:
        signal.signal(each, _at_once)
    if ctx_state.isset():  # type: ignore[no-untyped-call]
        for line in _left(ctx_state.get()):  # type: ignore[no-untyped-call]
            logger.warning(line)
        if ctx_state.get().initialised:  # type: ignore[no-untyped-call]
            state.pool.kill(block=False)
    sys.exit(128 + number)


def _at_once(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)


def _left(run: State) -> Iterator[str]:
    """Of each host that the plan changes, the steps that have not come to their end."""
    yield "Interrupted. Left to do:"
    for name in sorted(changing_hosts(run)):
        host = run.inventory.get_host(name)
        for step in host.op_hash_order:
            names = ", ".join(run.get_op_meta(step).names)
            # what stands outside of a deploy changes nothing: there, hosts wait for each other
            if " | " in names and not run.ops[host][step].operation_meta.is_complete():
                begun = " (begun)" if host.executing_op_hash == step else ""
                yield f"{host.print_prefix}{names}{begun}"
    yield "Run it again. What a relay has begun on its files it brings to an end by itself."


def prepare() -> None:
    """Make pyinfra's command line behave so, for this process."""
    for number in ENDING:
        # nohup(1) lets a run go on when its terminal is gone
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupted)
    builtins.input = answer
    connectors.install()
