"""Reading the queued mail of a host through pyinfra."""

from collections.abc import Callable, Mapping
from typing import Any

from pyinfra.api.exceptions import FactProcessError
from pyinfra.api.facts import FactBase

from mailfleet.relay.agent import COMMAND, UNFINISHED, WITHIN, answer_in
from mailfleet.relay.mailq import mailq_notes
from mailfleet.relay.queued_mail import preview_notes
from mailfleet.run.commands import HostCommand


class _QueueFact(FactBase[Mapping[str, Any] | None]):
    """The answer of a program about queued mail; None when the host has not answered."""

    abstract = True
    notes: Callable[[Mapping[str, Any]], tuple[str, ...]]
    """The answer in lines. Raises ValueError, KeyError or TypeError for any other answer."""

    def command(self) -> HostCommand:
        return HostCommand(COMMAND, "", within=WITHIN, unfinished=UNFINISHED["read"])

    @staticmethod
    def default() -> Mapping[str, Any] | None:
        return None

    def process(self, output: list[str]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = answer_in(output)
            self.notes(answer)
        except (ValueError, KeyError, TypeError):
            raise FactProcessError("the host's answer is not about queued mail") from None
        return answer


class MailQueue(_QueueFact):
    """The answer of the program "mailq"."""

    notes = staticmethod(mailq_notes)


class QueuePreview(_QueueFact):
    """The answer of the program "queue_preview"."""

    notes = staticmethod(preview_notes)
