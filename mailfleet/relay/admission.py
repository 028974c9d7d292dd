"""The gate of one relay: its changes come in only when its mail would then leave."""

from collections.abc import Sequence

from pyinfra import host, logger
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation
from pyinfra.api.output import format_text

from mailfleet.aws.account import read_domains
from mailfleet.aws.accounts import account_of
from mailfleet.aws.credentials import read_credentials
from mailfleet.commands import Commands, Refuse
from mailfleet.credential import Credential
from mailfleet.plan import Change
from mailfleet.policy import Mail, Ses
from mailfleet.refusal import Refusal
from mailfleet.relay.circumstances import Circumstances
from mailfleet.relay.facts import agent_command
from mailfleet.relay.probe import judge, probe_request, probed, probed_within


@operation()
def admit(mail: Mail, circumstances: Circumstances, changes: Sequence[Change]) -> Commands:
    """Let the host's changes through when SES has verified the domains and the providers take the
    credentials from this very host. Otherwise the host fails and stays as it is."""
    if not changes or not probed(mail):
        return
    try:
        credentials = _credentials(mail)
    except (PyinfraError, Refusal) as reason:
        yield Refuse(f"pending: {reason}; this relay stays as it is")
        return
    request = probe_request(mail, credentials, circumstances)
    question = agent_command("probe_smtp", request, probed_within(mail))
    yield question
    verdict = judge(mail, question.answer)
    for warning in verdict.warnings:
        logger.warning(f"{host.print_prefix}{format_text(warning, 'yellow')}")
    if verdict.refusal:
        yield Refuse(f"{verdict.refusal}; this relay stays as it is")


def _credentials(mail: Mail) -> dict[str, Credential]:
    """By provider. Refusal, or PyinfraError, while SES is not ready for the mail."""
    used = [provider for provider in mail.used_providers if isinstance(provider, Ses)]
    for ses in used:
        _see_verified(mail, ses)
    found = read_credentials(host.inventory, mail)
    for ses in used:
        if found[ses.name] is None:
            raise Refusal(f"SES in {ses.region} has not the SMTP credential yet")
    return {name: credential for name, credential in found.items() if credential}


def _see_verified(mail: Mail, ses: Ses) -> None:
    account = account_of(host.inventory, mail)
    if account in host.state.failed_hosts:
        raise Refusal(f"{account.name} failed")
    missing = [
        identity.name
        for domain in read_domains(account, mail)
        for identity in domain.unverified
        if identity.region == ses.region
    ]
    if missing:
        raise Refusal(f"SES in {ses.region} has not {', '.join(missing)} verified yet")
