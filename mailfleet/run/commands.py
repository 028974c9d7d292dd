"""Commands that operations yield beside those of pyinfra."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

from pyinfra import host, logger
from pyinfra.api.command import PyinfraCommand, StringCommand
from pyinfra.api.host import Host
from pyinfra.api.output import format_text
from pyinfra.api.state import State
from pyinfra.connectors.util import CommandOutput

Commands = Generator[PyinfraCommand, None, None]


class Fail(PyinfraCommand):
    """Fail the operation on this host with one sentence, and do nothing."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence

    def __repr__(self) -> str:
        return f"Fail({self.sentence!r})"

    def execute(self, state: State, host: Host, connector_arguments: Any) -> bool:
        logger.error(f"{host.print_prefix}{format_text(self.sentence, 'red')}")
        return False


class HostCommand(StringCommand):
    """A program on a host, with its own limit of time. `answer` is what it answered, once it has
    run, for an operation that goes on with that.

    `within` are seconds; `unfinished` says what the host may have done when its answer does not
    come; `notice` says beforehand what is waited for, when that may take long. `answer_in` finds
    the answer in the lines that came, or raises ValueError.
    """

    answer: Any = None

    def __init__(
        self,
        command: str,
        stdin: str,
        *,
        within: int,
        unfinished: str,
        notice: str = "",
        answer_in: Callable[[Sequence[str]], Any] = lambda lines: None,
    ) -> None:
        super().__init__(command, _stdin=stdin, _timeout=within)
        self.unfinished = unfinished
        self.notice = notice
        self._answer_in = answer_in

    def execute(
        self, state: State, host: Host, connector_arguments: Any
    ) -> tuple[bool, CommandOutput]:
        if self.notice:
            logger.info(f"{host.print_prefix}{self.notice}")
        status, output = super().execute(state, host, connector_arguments)
        if status:
            try:
                self.answer = self.answer_from(output.stdout_lines)
            except ValueError as sentence:
                logger.error(f"{host.print_prefix}{format_text(str(sentence), 'red')}")
                return False, output
        return status, output

    def answer_from(self, lines: Sequence[str]) -> Any:
        """The answer in the lines that came. ValueError, one sentence, when there is none."""
        try:
            return self._answer_in(lines)
        except ValueError as reason:
            sentence = f"{reason} in what came from the host: {self.unfinished}"
            raise ValueError(sentence) from None


def fail(sentence: str) -> None:
    """Take the current host out of the run with one sentence; the others go on."""
    logger.error(f"{host.print_prefix}{format_text(sentence, 'red')}")
    host.state.fail_hosts({host.inventory.get_host(host.name)})  # type: ignore[no-untyped-call]
