"""Commands that operations yield beside those of pyinfra."""

from collections.abc import Generator, Sequence
from typing import Any

from pyinfra import host, logger
from pyinfra.api.command import PyinfraCommand, StringCommand
from pyinfra.api.host import Host
from pyinfra.api.output import format_text
from pyinfra.api.state import State
from pyinfra.connectors.util import CommandOutput

Commands = Generator[PyinfraCommand, None, None]


class Refuse(PyinfraCommand):
    """Fail the operation on this host with one sentence, and do nothing."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence

    def __repr__(self) -> str:
        return f"Refuse({self.sentence!r})"

    def execute(self, state: State, host: Host, connector_arguments: Any) -> bool:
        logger.error(f"{host.print_prefix}{format_text(self.sentence, 'red')}")
        return False


class Question(StringCommand):
    """A command whose answer the operation goes on with: `said` has the lines that it printed,
    once it has run."""

    said: Sequence[str] = ()

    def execute(
        self, state: State, host: Host, connector_arguments: Any
    ) -> tuple[bool, CommandOutput]:
        status, output = super().execute(state, host, connector_arguments)
        self.said = output.stdout_lines
        return status, output


def fail(sentence: str) -> None:
    """Take the current host out of the run with one sentence; the others go on."""
    logger.error(f"{host.print_prefix}{format_text(sentence, 'red')}")
    host.state.fail_hosts({host.inventory.get_host(host.name)})  # type: ignore[no-untyped-call]
