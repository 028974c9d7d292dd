"""What a plan's steps yield, as pyinfra's commands; and a stage as pyinfra's operation."""

from collections.abc import Callable, Generator, Iterator
from functools import wraps
from typing import Any, ParamSpec

from pyinfra import logger
from pyinfra.api.command import PyinfraCommand, StringCommand
from pyinfra.api.host import Host
from pyinfra.api.operation import operation
from pyinfra.api.output import format_text
from pyinfra.api.state import State

from mailfleet.plan.call import AwsCall
from mailfleet.plan.engine import Plan
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Command, Commands, Failure, Local, Notice
from mailfleet.run import commands

P = ParamSpec("P")


class AwsCommand(StringCommand):
    """A call for the @aws connector, which puts the answer into it. Shown without secrets."""

    def __init__(self, call: AwsCall) -> None:
        super().__init__(str(call))
        self.call = call


class LocalCommand(PyinfraCommand):
    """Work on this machine; where it fails, nothing else is done on the host."""

    def __init__(self, local: Local) -> None:
        super().__init__()
        self._run = local.run

    def execute(self, state: State, host: Host, connector_arguments: Any) -> bool:
        try:
            logger.info(f"{host.print_prefix}{self._run()}")
        except (OSError, PlanError) as reason:
            logger.error(f"{host.print_prefix}{format_text(str(reason), 'red')}")
            return False
        return True


class NoticeCommand(PyinfraCommand):
    """A sentence to print."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self._notice = notice

    def execute(self, state: State, host: Host, connector_arguments: Any) -> bool:
        if self._notice.warning:
            logger.warning(f"{host.print_prefix}{format_text(self._notice.sentence, 'yellow')}")
        else:
            logger.info(f"{host.print_prefix}{self._notice.sentence}")
        return True


def as_pyinfra(command: Command) -> PyinfraCommand:
    match command:
        case AwsCall():
            return AwsCommand(command)
        case Failure():
            return commands.Fail(command.sentence)
        case Local():
            return LocalCommand(command)
        case Notice():
            return NoticeCommand(command)


def carried_out(steps: Commands) -> Iterator[PyinfraCommand]:
    """The same, for pyinfra to carry out; answers go to the calls themselves."""
    return map(as_pyinfra, steps)


def for_pyinfra(steps: Callable[P, Commands]) -> Callable[P, Generator[PyinfraCommand]]:
    """The same steps, to be made an operation of."""

    @wraps(steps)
    def carried(*args: P.args, **kwargs: P.kwargs) -> Generator[PyinfraCommand]:
        yield from carried_out(steps(*args, **kwargs))

    return carried


@operation()
def stage(plan: Plan, stage: str) -> Generator[PyinfraCommand]:
    """One stage of a plan that was shown (see mailfleet.plan.stages)."""
    yield from carried_out(plan.carry_out(stage))
