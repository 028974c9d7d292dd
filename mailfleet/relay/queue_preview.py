"""Asking a host what a configuration would make of the mail that waits there."""

from collections.abc import Mapping
from typing import Any

from pyinfra.api.exceptions import FactProcessError
from pyinfra.api.facts import FactBase
from pyinfra.api.host import Host

from mailfleet.relay.agent import COMMAND, UNFINISHED, WITHIN, answer_in, program
from mailfleet.relay.queued_mail import preview_notes
from mailfleet.relay.request import preview_request
from mailfleet.relay.state import HostState
from mailfleet.relay.tree import Desired
from mailfleet.run.commands import HostCommand


class QueuePreview(FactBase[Mapping[str, Any] | None]):
    """The answer of the program "queue_preview"; None when the host has not answered."""

    def command(self) -> HostCommand:
        return HostCommand(COMMAND, "", within=WITHIN, unfinished=UNFINISHED["queue_preview"])

    @staticmethod
    def default() -> Mapping[str, Any] | None:
        return None

    def process(self, output: list[str]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = answer_in(output)
            preview_notes(answer)
        except (ValueError, KeyError, TypeError):
            raise FactProcessError("the answer is not about mail that waits") from None
        return answer


def preview(host: Host, desired: Desired, state: HostState) -> tuple[str, ...]:
    """What becomes of the mail that waits, as notes for the plan. A host where none waits, or whose
    Postfix stays as it is, is not asked. One that does not answer has failed in this run."""
    return _asked(host, preview_request(desired, state))


def preview_rollback(host: Host, state: HostState) -> tuple[str, ...]:
    """The same, by the configuration that worked before."""
    request = {"files": [], "absent": [], "previous": True}
    return _asked(host, request if state.queue.total or state.queue.held else None)


def _asked(host: Host, request: Mapping[str, Any] | None) -> tuple[str, ...]:
    if request is None:
        return ()
    answer = host.get_fact(QueuePreview, _stdin=program("queue_preview", request), _timeout=WITHIN)
    return preview_notes(answer) if answer else ()
