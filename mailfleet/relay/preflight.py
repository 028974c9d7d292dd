"""The gate of one relay: its changes come in only when its mail would then leave."""

from collections.abc import Sequence

from pyinfra import host, logger
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation
from pyinfra.api.output import format_text

from mailfleet.aws.credentials import read_credentials
from mailfleet.aws.inventory_accounts import account_of
from mailfleet.aws.read import read_domains
from mailfleet.credential import Credential
from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Ses
from mailfleet.relay.facts import agent_command
from mailfleet.relay.inputs import Inputs
from mailfleet.relay.probe import judge, probe_request, probed, probed_within
from mailfleet.run.commands import Commands, Fail


@operation()
def preflight(mail: Mail, inputs: Inputs, changes: Sequence[Change]) -> Commands:
    """Let the host's changes through when SES has verified the domains and the providers take the
    credentials from this very host. Otherwise the host fails and stays as it is."""
    if not changes or not probed(mail):
        return
    try:
        credentials = _credentials(mail)
    except (PyinfraError, PlanError) as reason:
        yield Fail(f"pending: {reason}; this relay stays as it is")
        return
    request = probe_request(mail, credentials, inputs)
    question = agent_command("probe_smtp", request, probed_within(mail))
    yield question
    verdict = judge(mail, question.answer)
    for warning in verdict.warnings:
        logger.warning(f"{host.print_prefix}{format_text(warning, 'yellow')}")
    if verdict.refusal:
        yield Fail(f"{verdict.refusal}; this relay stays as it is")


def _credentials(mail: Mail) -> dict[str, Credential]:
    """By provider. PlanError, or PyinfraError, while SES is not ready for the mail."""
    used = [provider for provider in mail.used_providers if isinstance(provider, Ses)]
    for ses in used:
        _see_verified(mail, ses)
    found = read_credentials(host.inventory, mail)
    for ses in used:
        if found[ses.name] is None:
            raise PlanError(f"SES in {ses.region} has not the SMTP credential yet")
    return {name: credential for name, credential in found.items() if credential}


def _see_verified(mail: Mail, ses: Ses) -> None:
    account = account_of(host.inventory, mail)
    if account in host.state.failed_hosts:
        raise PlanError(f"{account.name} failed")
    missing = [
        identity.name
        for domain in read_domains(account, mail)
        for identity in domain.unverified
        if identity.region == ses.region
    ]
    if missing:
        raise PlanError(f"SES in {ses.region} has not {', '.join(missing)} verified yet")
