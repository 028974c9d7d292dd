"""How hosts are spoken to: pyinfra's own connectors, but no host keeps a run waiting for ever.

pyinfra has no place for this. `install()` is all that we touch of its insides: it puts our
subclasses where an inventory looks its connectors up.
"""

from collections.abc import Callable, Iterator
from typing import Any

from paramiko import SSHException
from pyinfra.api import inventory
from pyinfra.api.command import StringCommand
from pyinfra.api.output import echo, format_text
from pyinfra.connectors.base import BaseConnector
from pyinfra.connectors.local import LocalConnector
from pyinfra.connectors.util import CommandOutput, OutputLine

from mailfleet.run.notices import without_notices

GOES_ON = "what it has begun there may go on without us"
NOT_SENT = "nothing had been sent to it, so it is as it was"
_LOOKUP = "get_execution_connectors"
NO_REASON = "it ended without a reason (was it killed?)"


class Input(list[str]):
    """A command's standard input. `sent`: all of it has left. A program of ours does nothing
    before it has all of its text, whose last line starts it."""

    sent = False

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        self.sent = True


class Bounded(BaseConnector):
    """Mixed into a connector: a command that gets no answer fails with one sentence, which says
    what the host may have done; its notices are shown."""

    def run_shell_command(
        self,
        command: StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Any,
    ) -> tuple[bool, CommandOutput]:
        limit = arguments.get("_timeout")
        given = Input([arguments["_stdin"]]) if isinstance(arguments.get("_stdin"), str) else None
        if given is not None:
            arguments["_stdin"] = given
        status, output = False, CommandOutput([])
        try:
            status, output = super().run_shell_command(  # type: ignore[safe-super]
                command, print_output=print_output, print_input=print_input, **arguments
            )
            reason = None if status else self.why_lost()
        except TimeoutError:
            reason = f"it did not end within {limit} s" if limit else "it did not answer in time"
        except (EOFError, OSError, SSHException) as error:
            reason = self.why_lost() or f"its connection failed ({_text(error)})"
        lines = without_notices(self.host, output.combined_lines)
        unfinished = getattr(command, "unfinished", None)
        if not status and not reason and unfinished and not any(
            line.buffer_name == "stderr" for line in lines
        ):  # fmt: skip
            reason = NO_REASON
        if reason:
            sent = given is None or given.sent
            sentence = f"{reason}: {(unfinished or GOES_ON) if sent else NOT_SENT}"
            lines.append(OutputLine("stderr", sentence))
            if print_output:  # else pyinfra prints it
                echo(f"{self.host.print_prefix}{format_text(sentence, 'red')}", err=True)
        return status, CommandOutput(lines)

    def why_lost(self) -> str | None:
        """What became of the connection, when there is none any more."""
        return None


class Local(Bounded, LocalConnector):
    """This very machine."""


def install() -> None:
    """From now on inventories of this process use our connectors."""
    from mailfleet.run.ssh import Ssh

    ours: dict[str, type[BaseConnector]] = {"local": Local, "ssh": Ssh}
    found: Callable[[], dict[str, type[BaseConnector]]] = getattr(inventory, _LOOKUP)
    setattr(inventory, _LOOKUP, lambda: {**found(), **ours})


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__
