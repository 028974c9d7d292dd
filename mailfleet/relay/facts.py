"""Reading a relay host through pyinfra: one command, or no answer at all."""

from collections.abc import Mapping
from typing import Any

from pyinfra.api.exceptions import FactProcessError
from pyinfra.api.facts import FactBase
from pyinfra.api.host import Host

from mailfleet.relay.agent import COMMAND, UNFINISHED, WITHIN, answer_in, program
from mailfleet.relay.request import read_request
from mailfleet.relay.state import HostState, parse
from mailfleet.relay.tree import Desired
from mailfleet.run.commands import HostCommand, fail


class RelayState(FactBase[HostState | None]):
    """The state of a relay host. None means that it could not be read, never that it is empty.

    Use read_state(), which passes the program on standard input.
    """

    def command(self) -> HostCommand:
        return HostCommand(COMMAND, "", within=WITHIN, unfinished=UNFINISHED["read"])

    @staticmethod
    def default() -> HostState | None:
        return None

    def process(self, output: list[str]) -> HostState | None:
        try:
            return parse(answer_in(output))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FactProcessError(f"the answer is not a relay host's state ({error})") from None


def read_state(host: Host, desired: Desired, *, previous: bool = False) -> HostState | None:
    """Everything that mailfleet manages on `host`, in one round trip; `previous`: also the previous
    configuration.

    None when the host could not be read: it is then out of the run, but pyinfra continues the
    operation, which has to stop itself.
    """
    request = read_request(desired, previous=previous)
    state: HostState | None = host.get_fact(
        RelayState, _stdin=program("read", request), _timeout=WITHIN
    )
    if state is None and host not in host.state.failed_hosts:
        fail("the host gave no answer when it was read: nothing was changed there")
    return state


def agent_command(
    name: str, request: Mapping[str, Any], within: int = WITHIN, notice: str = ""
) -> HostCommand:
    """The command that runs a program on a host with its request, to be yielded by an operation.

    `within`: the seconds that it may take; `notice`: a line to show before it starts.
    """
    return HostCommand(
        COMMAND,
        program(name, request),
        within=within,
        unfinished=UNFINISHED[name],
        notice=notice,
        answer_in=answer_in,
    )
