"""Commands on a relay: how long each may take, what is said beforehand, what is not sent."""

from typing import Any

from mailfleet.inputs import ALONE
from mailfleet.policy import Gate
from mailfleet.relay import operations, rotation
from mailfleet.relay.facts import RelayState, agent_command
from mailfleet.relay.probe import probed_within
from mailfleet.relay.state import HostState
from mailfleet.relay.tree import desired_host
from mailfleet.run.commands import HostCommand
from tests.support.relay_hosts import bare, deployed
from tests.support.relay_policy import CREDENTIALS, policy

MAIL = policy()
DESIRED = desired_host(MAIL, CREDENTIALS)


def apply(state: HostState) -> HostCommand:
    (command,) = operations._apply(MAIL, ALONE, state, lambda: CREDENTIALS)
    assert isinstance(command, HostCommand)
    return command


def within(command: Any) -> object:
    return command.connector_arguments["_timeout"]


def test_an_apply_with_packages_may_take_longer_and_says_so() -> None:
    command = apply(bare(DESIRED))
    assert within(command) == 900
    assert command.notice.startswith("installs ")
    assert "postfix" in command.notice
    assert command.notice.endswith(": up to 15 minutes")


def test_an_apply_without_packages() -> None:
    command = apply(deployed(DESIRED))
    assert within(command) == 75
    assert command.notice == ""


def test_every_command_has_a_limit() -> None:
    for name in ("rollback", "switch"):
        assert within(agent_command(name, {})) == 75
    assert within(RelayState().command()) == 75


def test_waits_that_are_known_are_waited_for() -> None:
    mail = policy(gate=Gate(authenticated_within=100))
    assert probed_within(mail) == 340
    assert rotation._sent_within(mail) == 490
    (drain,) = rotation.drain._inner(mail)
    assert within(drain) == 660
    assert drain.notice == "waits until the old key's connections are closed: up to 10 minutes"
