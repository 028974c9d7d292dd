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
from mailfleet.relay.admission import admit
from mailfleet.relay.circumstances import Circumstances
from mailfleet.relay.facts import read_state
from mailfleet.relay.plan import plan, rollback_plan
from mailfleet.relay.routes import route_notes, routes
from mailfleet.relay.transports import limit_notes
from mailfleet.relay.tree import desired

NO_ALERTS = "nobody is told when mail fails: the policy has no alerts"
FOREIGN = (
    "found a Postfix configuration that mailfleet did not write, expected none: to replace it, "
    "say Relay(adopt=True) in the policy"
)
NOTHING_BEFORE = "there is no earlier configuration to go back to"


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
    admit(
        mail=mail,
        circumstances=circumstances,
        changes=changes,
        name="Domains and credentials work",
    )
    operations.apply_first(
        mail=mail,
        circumstances=circumstances,
        state=state,
        changes=changes,
        name="Postfix and monitoring, on one host first",
    )
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


@deploy("Go back")
def go_back(mail: Mail) -> None:
    """The Postfix configuration that worked before the last deploy, without asking AWS."""
    state = read_state(host, desired(mail, {}), previous=True)
    if state is None:
        return
    if state.previous is None:
        fail(NOTHING_BEFORE)
        return
    changes = rollback_plan(host.name, state)
    announce(changes)
    operations.go_back(mail=mail, state=state, changes=changes, name="What worked before")
