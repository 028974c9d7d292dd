"""Changing a relay host: only when its mail would then work, and all at once."""

import getpass
import socket
from collections.abc import Generator, Sequence

from pyinfra import host
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation

from mailfleet.aws.account import account_of, read_domains
from mailfleet.aws.credentials import read_credentials
from mailfleet.commands import Refuse
from mailfleet.plan import Change
from mailfleet.policy import Mail, Ses
from mailfleet.refusal import Refusal
from mailfleet.relay.circumstances import Circumstances
from mailfleet.relay.facts import agent_command
from mailfleet.relay.request import apply_request
from mailfleet.relay.state import HostState
from mailfleet.relay.tree import desired

PROBE_TIMEOUT = 30  # seconds for each answer of the end point

Commands = Generator[PyinfraCommand, None, None]


@operation()
def admit(mail: Mail, changes: Sequence[Change]) -> Commands:
    """Let the host's changes through when SES has verified the domains and takes the credential
    from this very host. Otherwise the host fails as pending and stays as it is."""
    for provider in mail.used_providers:
        if changes and isinstance(provider, Ses):
            yield from _admit_to_ses(mail, provider)


def _admit_to_ses(mail: Mail, ses: Ses) -> Commands:
    account = account_of(host.inventory)
    if account in host.state.failed_hosts:
        yield Refuse(f"pending: {account.name} failed, so this relay stays as it is")
        return
    try:
        missing = [
            identity.name
            for domain in read_domains(account, mail)
            for identity in domain.unverified
            if identity.region == ses.region
        ]
        credential = read_credentials(host.inventory, mail)[ses.name]
    except (PyinfraError, Refusal) as reason:
        yield Refuse(f"pending: {reason}; this relay stays as it is")
        return
    if missing or credential is None:
        what = f"{', '.join(missing)} verified" if missing else "the SMTP credential"
        yield Refuse(f"pending: SES in {ses.region} has not {what} yet; this relay stays as it is")
        return
    yield agent_command(
        "probe_smtp",
        {
            "host": ses.host,
            "port": ses.port,
            "username": credential.username,
            "password": credential.password,
            "timeout": PROBE_TIMEOUT,
            "retry_535_for": mail.gate.authenticated_within,
        },
    )


@operation()
def apply(
    mail: Mail, circumstances: Circumstances, state: HostState, changes: Sequence[Change]
) -> Commands:
    """Stage, check, swap and load what the plan shows, in one command.

    The host refuses when it is no longer as it was read: "changed since planned".
    """
    if not changes:
        return
    try:
        credentials = read_credentials(host.inventory, mail)
    except (PyinfraError, Refusal) as reason:
        yield Refuse(f"{reason}; this relay stays as it is")
        return
    target = desired(mail, credentials, circumstances)
    if any(file.content is None for file in target.files):
        yield Refuse("pending: the SMTP credential is not there yet; this relay stays as it is")
        return
    yield agent_command("apply", apply_request(target, state, _who()))


def _who() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"
