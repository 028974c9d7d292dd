"""Changing a relay host: only when its mail would then work, and completely or not at all."""

import getpass
import socket
from collections.abc import Mapping, Sequence

from pyinfra import host
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation

from mailfleet.credential import CredentialReader
from mailfleet.inputs import Inputs
from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Ses
from mailfleet.relay.facts import agent_command
from mailfleet.relay.request import apply_request, rollback_request, switch_request
from mailfleet.relay.state import HostState
from mailfleet.relay.systems import system_of
from mailfleet.relay.tree import desired_host
from mailfleet.run.commands import Commands, Fail
from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.options import ROLLOUT
from mailfleet.run.report import changing_hosts

SIMULATOR = "success@simulator.amazonses.com"
INSTALLED_WITHIN = 900
"""Seconds for an apply that installs packages."""


@operation()
def apply_first(
    mail: Mail,
    inputs: Inputs,
    state: HostState,
    changes: Sequence[Change],
    credentials: CredentialReader,
) -> Commands:
    """Change one host and verify that it works, before any other is changed."""
    if changes and _is_first():
        yield from _apply(mail, inputs, state, credentials)


@operation()
def apply(
    mail: Mail,
    inputs: Inputs,
    state: HostState,
    changes: Sequence[Change],
    credentials: CredentialReader,
) -> Commands:
    """Change the host, unless it was the first one, or the first one has failed."""
    if not changes or (host.state.is_executing and _is_first()):
        return
    first = _first()
    if first and host.state.inventory.get_host(first) in host.state.failed_hosts:
        yield Fail(f"{first}, which was deployed first, failed: this relay stays as it is")
        return
    yield from _apply(mail, inputs, state, credentials)


def _first() -> str | None:
    """The host that is deployed first: the first by name of those that change; None when all are
    deployed at once. Known once every host has reported its part of the plan."""
    if ROLLOUT.of(host) == "all":
        return None
    accounts = {account.name for account in host.inventory.get_group(ACCOUNTS, [])}
    return min(set(changing_hosts(host.state)) - accounts, default=None)


def _is_first() -> bool:
    return host.name == _first()


def _apply(mail: Mail, inputs: Inputs, state: HostState, credentials: CredentialReader) -> Commands:
    """Stage, check, swap and load what the plan shows, and send a canary message, in one command.

    The host refuses when it is no longer as it was read: "changed since planned".
    """
    try:
        known = credentials()
    except (PyinfraError, PlanError) as reason:
        yield Fail(f"{reason}; this relay stays as it is")
        return
    desired = desired_host(mail, known, inputs, system_of(state.release))
    if any(file.content is None for file in desired.files):
        yield Fail("pending: there is no SMTP credential yet; this relay stays as it is")
        return
    request = apply_request(desired, state, who(), _canary(mail))
    if packages := request["packages"]:
        minutes = f"up to {INSTALLED_WITHIN // 60} minutes"
        notice = f"installs {', '.join(packages)}: {minutes}"
        yield agent_command("apply", request, INSTALLED_WITHIN, notice)
    else:
        yield agent_command("apply", request)


def _canary(mail: Mail) -> tuple[str, str] | None:
    """Sender and recipient of the canary: only SES has a recipient without a mailbox ("Using the
    mailbox simulator", Amazon SES Developer Guide)."""
    route = mail.route_of(mail.noreply)
    by_ses = route and all(isinstance(mail.provider(name), Ses) for name in route.weights)
    return (mail.noreply, SIMULATOR) if by_ses else None


@operation()
def rollback(mail: Mail, state: HostState, changes: Sequence[Change]) -> Commands:
    """Restore the previous configuration."""
    if changes:
        request = rollback_request(desired_host(mail, {}), state, who())
        yield agent_command("rollback", request)


@operation()
def switch(state: HostState, to: Mapping[str, int] | None, changes: Sequence[Change]) -> Commands:
    """Send the host's mail through these providers, or through the policy's again."""
    if changes:
        yield agent_command("switch", switch_request(state, who(), to))


def who() -> str:
    """Who changes a host, as recorded there: user@machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"
