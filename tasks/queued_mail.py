"""The queued mail of relays: listed by provider and reason, retried, released or deleted."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from pyinfra import host, logger
from pyinfra.api.deploy import deploy
from pyinfra.api.exceptions import InventoryError
from pyinfra.api.host import Host
from pyinfra.api.operation import operation
from pyinfra.api.state import State

from mailfleet.plan.change import Change
from mailfleet.policy import Mail, PolicyError
from mailfleet.relay.agent import WITHIN, program
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
from mailfleet.relay.queue_facts import MailQueue
from mailfleet.run.commands import Commands
from mailfleet.run.interrupts import only_look
from mailfleet.run.options import DELETE, FLUSH, RELEASE
from mailfleet.run.report import report

ACTIONS = (FLUSH, RELEASE, DELETE)
# By run: the answers by host, and the hosts whose part has been shown.
_Run = tuple[dict[str, Mapping[str, Any]], set[str]]
_runs: "WeakKeyDictionary[State, _Run]" = WeakKeyDictionary()


def mailq_of(host: Host, mail: Mail) -> Asked | None:
    """What `--data flush=...`, `release=...` or `delete=...` asks for. InventoryError for a mistake
    in it."""
    try:
        return read_asked({act.name: act.of(host) or None for act in ACTIONS}, mail)
    except PolicyError as mistake:
        raise InventoryError(str(mistake)) from None


@deploy("Queued mail")
def queued_mail(mail: Mail, asked: Asked | None) -> None:
    """List the host's queued mail, and do what is asked for with it, without calls to AWS."""
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
    """Act on the messages that were shown, not on any that have come since."""
    if changes:
        yield agent_command("mailq", act_request(mail, asked, answer, who()))


def fleet_total() -> None:
    """Show the totals of all hosts, once each host has been shown."""
    answers, shown = _runs.setdefault(host.state, ({}, set()))
    shown.add(host.name)
    if {active.name for active in host.state.active_hosts} <= shown:
        logger.info(f"--> {fleet_line(list(answers.values()))}")
