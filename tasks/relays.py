"""The relay hosts: Postfix and its monitoring."""

from pyinfra import host
from pyinfra.api.deploy import deploy

from mailfleet.announce import announce
from mailfleet.aws.account import in_one_line
from mailfleet.aws.circumstances import read_circumstances
from mailfleet.aws.credentials import read_credentials
from mailfleet.commands import fail
from mailfleet.policy import Mail
from mailfleet.relay import operations
from mailfleet.relay.circumstances import Circumstances
from mailfleet.relay.facts import read_state
from mailfleet.relay.plan import plan
from mailfleet.relay.routes import route_notes, routes
from mailfleet.relay.transports import limit_notes
from mailfleet.relay.tree import desired

NO_ALERTS = "nobody is told when mail fails: the policy has no alerts"
FOREIGN = (
    "found a Postfix configuration that mailfleet did not write, expected none: to replace it, "
    "say Relay(adopt=True) in the policy"
)


@deploy("Relay")
def relay(mail: Mail) -> None:
    """Everything on a relay host: read at once, planned in the open, written at once."""
    with in_one_line():
        circumstances = read_circumstances(host.inventory, mail)
        target = desired(mail, read_credentials(host.inventory, mail), circumstances)
    state = read_state(host, target)
    if state is None:
        return  # pyinfra has said why, and goes on without this host
    if state.foreign and not mail.relay.adopt:
        fail(FOREIGN)
        return
    changes = plan(host.name, target, state)
    announce(changes, _notes(mail, circumstances))
    operations.admit(mail=mail, changes=changes, name="Domains and credential work")
    operations.apply(
        mail=mail,
        circumstances=circumstances,
        state=state,
        changes=changes,
        name="Postfix and monitoring",
    )


def _notes(mail: Mail, circumstances: Circumstances) -> list[str]:
    return [
        *([] if mail.alerts else [NO_ALERTS]),
        *route_notes(routes(mail, circumstances)),
        *limit_notes(mail, circumstances),
    ]
