"""The mail that waits on relays: shown by provider and reason, tried anew, let go or deleted."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from pyinfra import host, logger
from pyinfra.api.deploy import deploy
from pyinfra.api.exceptions import FactProcessError, InventoryError
from pyinfra.api.facts import FactBase
from pyinfra.api.host import Host
from pyinfra.api.operation import operation
from pyinfra.api.state import State

from mailfleet.plan.change import Change
from mailfleet.policy import Mail, PolicyError
from mailfleet.relay.agent import COMMAND, UNFINISHED, WITHIN, answer_in, program
from mailfleet.relay.facts import agent_command
from mailfleet.relay.mailq import (
    Asked,
    act_request,
    fleet_line,
    mailq_changes,
    mailq_notes,
    mailq_request,
    read_asked,
)
from mailfleet.relay.operations import who
from mailfleet.run.commands import Commands, HostCommand
from mailfleet.run.interrupts import only_look
from mailfleet.run.options import DELETE, FLUSH, RELEASE
from mailfleet.run.report import report

ACTIONS = (FLUSH, RELEASE, DELETE)
# Of each run the answers by host, and the hosts whose part has been shown.
_Run = tuple[dict[str, Mapping[str, Any]], set[str]]
_runs: "WeakKeyDictionary[State, _Run]" = WeakKeyDictionary()


class MailQueue(FactBase[Mapping[str, Any] | None]):
    """The answer of the program "mailq"; None when the host has not answered."""

    def command(self) -> HostCommand:
        return HostCommand(COMMAND, "", within=WITHIN, unfinished=UNFINISHED["read"])

    @staticmethod
    def default() -> Mapping[str, Any] | None:
        return None

    def process(self, output: list[str]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = answer_in(output)
            mailq_notes(answer)
        except (ValueError, KeyError, TypeError):
            raise FactProcessError("the answer is not about mail that waits") from None
        return answer


def mailq_of(host: Host, mail: Mail) -> Asked | None:
    """What `--data flush=...`, `release=...` or `delete=...` asks for. InventoryError for a mistake
    in it."""
    try:
        return read_asked({act.name: act.of(host) or None for act in ACTIONS}, mail)
    except PolicyError as mistake:
        raise InventoryError(str(mistake)) from None


@deploy("Mail that waits")
def queued_mail(mail: Mail, asked: Asked | None) -> None:
    """Show what waits on the host, and do with it what was asked for, without asking AWS."""
    if asked is None:
        only_look()
    request = mailq_request(mail, asked)
    answer = host.get_fact(MailQueue, _stdin=program("mailq", request), _timeout=WITHIN)
    if answer is None:
        return
    answers, _ = _runs.setdefault(host.state, ({}, set()))
    answers[host.name] = answer
    changes = mailq_changes(host.name, asked, answer) if asked else ()
    report(changes, mailq_notes(answer))
    if asked:
        act(mail=mail, asked=asked, answer=answer, changes=changes, name=f"{asked.act} mail")


@operation()
def act(
    mail: Mail, asked: Asked, answer: Mapping[str, Any], changes: tuple[Change, ...]
) -> Commands:
    """What was shown, and nothing that has come since."""
    if changes:
        yield agent_command("mailq", act_request(mail, asked, answer, who()))


def fleet_total() -> None:
    """Say it of all hosts together, once each has been shown."""
    answers, shown = _runs.setdefault(host.state, ({}, set()))
    shown.add(host.name)
    if {active.name for active in host.state.active_hosts} <= shown:
        logger.info(f"--> {fleet_line(list(answers.values()))}")
