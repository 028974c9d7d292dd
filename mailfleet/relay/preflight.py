"""The last check before a relay changes: its mail would then be accepted."""

from collections.abc import Sequence

from pyinfra import host, logger
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation
from pyinfra.api.output import format_text

from mailfleet.credential import CredentialReader
from mailfleet.inputs import Inputs
from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail
from mailfleet.relay.facts import agent_command
from mailfleet.relay.probe import judge, probe_request, probed, probed_within
from mailfleet.run.commands import Commands, Fail


@operation()
def preflight(
    mail: Mail, inputs: Inputs, changes: Sequence[Change], credentials: CredentialReader
) -> Commands:
    """Let the host's changes through when the account is ready for its mail (`credentials` raises
    otherwise) and the providers accept the credentials from this host. Otherwise the host fails
    and stays as it is."""
    if not changes or not probed(mail):
        return
    try:
        known = {name: found for name, found in credentials().items() if found}
    except (PyinfraError, PlanError) as reason:
        yield Fail(f"pending: {reason}; this relay stays as it is")
        return
    question = agent_command("probe_smtp", probe_request(mail, known, inputs), probed_within(mail))
    yield question
    verdict = judge(mail, question.answer)
    for warning in verdict.warnings:
        logger.warning(f"{host.print_prefix}{format_text(warning, 'yellow')}")
    if verdict.refusal:
        yield Fail(f"{verdict.refusal}; this relay stays as it is")
