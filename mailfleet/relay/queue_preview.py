"""Asking a host what a configuration would make of the mail that waits there."""

from collections.abc import Mapping
from typing import Any

from pyinfra.api.exceptions import FactProcessError
from pyinfra.api.facts import FactBase
from pyinfra.api.host import Host

from mailfleet.relay.agent import COMMAND, UNFINISHED, WITHIN, answer_in, program
from mailfleet.relay.queued_mail import foreseen_notes
from mailfleet.relay.request import foresee_request
from mailfleet.relay.state import HostState
from mailfleet.relay.tree import Desired
from mailfleet.run.commands import HostCommand


class Foreseen(FactBase[Mapping[str, Any] | None]):
    """The answer of the program "foresee"; None when the host has not answered."""

    def command(self) -> HostCommand:
        return HostCommand(COMMAND, "", within=WITHIN, unfinished=UNFINISHED["foresee"])

    @staticmethod
    def default() -> Mapping[str, Any] | None:
        return None

    def process(self, output: list[str]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = answer_in(output)
            foreseen_notes(answer)
        except (ValueError, KeyError, TypeError):
            raise FactProcessError("the answer is not about mail that waits") from None
        return answer


def foresee(host: Host, desired: Desired, state: HostState) -> tuple[str, ...]:
    """What becomes of the mail that waits, as notes for the plan. A host where none waits, or whose
    Postfix stays as it is, is not asked. One that does not answer has failed in this run."""
    return _asked(host, foresee_request(desired, state))


def foresee_rollback(host: Host, state: HostState) -> tuple[str, ...]:
    """The same, by the configuration that worked before."""
    request = {"files": [], "absent": [], "previous": True}
    return _asked(host, request if state.queue.total or state.queue.held else None)


def _asked(host: Host, request: Mapping[str, Any] | None) -> tuple[str, ...]:
    if request is None:
        return ()
    answer = host.get_fact(Foreseen, _stdin=program("foresee", request), _timeout=WITHIN)
    return foreseen_notes(answer) if answer else ()
