"""The relay hosts: Postfix and its monitoring."""

from collections.abc import Mapping
from functools import partial

from pyinfra import host
from pyinfra.api.deploy import deploy
from pyinfra.api.exceptions import InventoryError
from pyinfra.api.host import Host

from mailfleet.aws.credentials import read_credentials
from mailfleet.aws.read import in_one_line
from mailfleet.aws.readiness import read_ready_credentials
from mailfleet.aws.relay_inputs import read_relay_inputs
from mailfleet.credential import Credential
from mailfleet.inputs import ALONE, Inputs
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, PolicyError
from mailfleet.relay import operations
from mailfleet.relay.access import access_notes
from mailfleet.relay.adopting import cut_off
from mailfleet.relay.facts import read_state
from mailfleet.relay.health import fails_over
from mailfleet.relay.plan import plan, rollback_plan
from mailfleet.relay.preflight import preflight
from mailfleet.relay.provider_switch import (
    POLICY,
    read_switch,
    switch_notes,
    switch_plan,
    weights_text,
)
from mailfleet.relay.queue_preview import preview, preview_rollback
from mailfleet.relay.queued_mail import queue_changes, queue_notes
from mailfleet.relay.routes import route_notes, routes
from mailfleet.relay.state import HostState, Switch
from mailfleet.relay.submission_auth import lacks_dovecot
from mailfleet.relay.systems import system_of
from mailfleet.relay.transports import limit_notes
from mailfleet.relay.tree import Desired, desired_host
from mailfleet.run.commands import fail
from mailfleet.run.options import TO
from mailfleet.run.report import report

NO_ALERTS = "no alert is sent when mail fails: the policy has no alerts"
FOREIGN = (
    "found a Postfix configuration that mailfleet did not write, expected none: to replace it, "
    "set Relay(adopt=True) in the policy"
)
ADOPTED = "replaces the existing Postfix configuration, kept in /var/lib/mailfleet/adopted"
BY_OTHERS = "nothing to switch: mail is sent through dedicated relays, so switch those"
NOT_DEPLOYED = "found no Postfix deployed by mailfleet, expected one: run deploy.py first"
NO_PREVIOUS = "found no previous configuration, expected one that worked before the last deploy"
LOGINS_GONE = (
    "the previous configuration has logins, but Dovecot, which checks passwords, is no longer set "
    "up here: to restore them, put them into the policy and deploy"
)


@deploy("Relay")
def relay(mail: Mail) -> None:
    """Everything on a relay host: read in one command, planned, and written in one transaction."""
    credentials = partial(read_credentials, host.inventory, mail)
    with in_one_line():
        inputs = read_relay_inputs(host.inventory, mail)
        found = found_and_desired(mail, credentials(), inputs)
    if found is None:
        return  # the reason was printed; other hosts continue
    state, desired = found
    if state.foreign and not mail.relay.adopt:
        fail(FOREIGN)
        return
    changes = (*plan(host.name, desired, state), *queue_changes(host.name, state))
    waiting = [*preview(host, desired, state), *queue_notes(state.queue)]
    notes = [*_in_force(mail, state.switch), *_notes(mail, inputs)]
    adopting = [ADOPTED, *cut_off(state, mail.relay)] if state.foreign else []
    report(changes, [*adopting, *waiting, *notes])
    preflight(
        mail=mail,
        inputs=inputs,
        changes=changes,
        credentials=partial(read_ready_credentials, host.inventory, mail),
        name="Domains and credentials work",
    )
    operations.apply_first(
        mail=mail,
        inputs=inputs,
        state=state,
        changes=changes,
        credentials=credentials,
        name="Postfix and monitoring, on one host first",
    )
    operations.apply(
        mail=mail,
        inputs=inputs,
        state=state,
        changes=changes,
        credentials=credentials,
        name="Postfix and monitoring",
    )


def found_and_desired(
    mail: Mail, credentials: Mapping[str, Credential | None], inputs: Inputs
) -> tuple[HostState, Desired] | None:
    """The host's state, and the desired one for the system that it runs.

    None when the host could not be read; also, with a sentence, when its system is not supported or
    lacks what the policy needs. Raises PolicyError as desired_host() does.
    """
    state = read_state(host, desired_host(mail, credentials, inputs))
    if state is None:
        return None
    try:
        return state, desired_host(mail, credentials, inputs, system_of(state.release))
    except PlanError as reason:
        fail(f"{reason}; nothing was changed there")
        return None


def _in_force(mail: Mail, switch: Switch) -> list[str]:
    """What a deploy leaves in force: a manual switch, or the failover from failing providers."""
    if found := switch.switched:
        return [
            f"switched to {weights_text(found.to)} since {found.at} by {found.by}@{found.on}: "
            f"`switch.py --data to={POLICY}` ends it"
        ]
    return [
        f"{name} is failing here, and gets {weight:.0%} of its weight"
        for name, weight in switch.health.items()
        if weight < 1 and fails_over(mail)
    ]


def _notes(mail: Mail, inputs: Inputs) -> list[str]:
    return [
        *([] if mail.alerts else [NO_ALERTS]),
        *route_notes(routes(mail, inputs)),
        *limit_notes(mail, inputs),
        *access_notes(mail.relay),
    ]


def switch_of(host: Host, mail: Mail) -> dict[str, int] | None:
    """The weights that `--data to=...` asks for; None for the policy's own. InventoryError for a
    mistake in it."""
    try:
        return read_switch(TO.of(host), mail)
    except PolicyError as mistake:
        raise InventoryError(str(mistake)) from None


@deploy("Switch")
def switch(mail: Mail, to: Mapping[str, int] | None) -> None:
    """All mail through these providers, or through the policy's routes again, without calls to
    AWS."""
    if mail.relay.relay_hosts:
        report([], [BY_OTHERS])
        return
    state = read_state(host, desired_host(mail, {}))
    if state is None:
        return
    if state.applied is None:
        fail(NOT_DEPLOYED)
        return
    changes = switch_plan(host.name, state, to)
    report(changes, switch_notes(to, routes(mail, ALONE), mail))
    operations.switch(
        state=state, to=to, changes=changes, name=f"All mail through {weights_text(to)}"
    )


@deploy("Rollback")
def rollback(mail: Mail) -> None:
    """Restore the Postfix configuration that worked before the last deploy, without calls to
    AWS."""
    state = read_state(host, desired_host(mail, {}), previous=True)
    if state is None:
        return
    if state.previous is None:
        fail(NO_PREVIOUS)
        return
    if lacks_dovecot(state):
        fail(LOGINS_GONE)
        return
    changes = rollback_plan(host.name, state)
    report(changes, preview_rollback(host, state) if changes else ())
    operations.rollback(mail=mail, state=state, changes=changes, name="Previous configuration")
