"""The last check before a relay changes, up to the question that is put to the providers."""

from collections.abc import Mapping

from mailfleet.credential import Credential
from mailfleet.inputs import ALONE
from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Relay
from mailfleet.relay.preflight import preflight
from mailfleet.run.commands import Fail, HostCommand
from tests.support.relay_policy import CREDENTIALS, policy

CHANGES = [Change("relay1", "file", "/etc/postfix/main.cf", "update", "old", "new")]


def not_verified() -> Mapping[str, Credential | None]:
    raise PlanError("SES in us-east-1 has not verified example.com yet")


def test_providers_are_asked_with_the_credentials() -> None:
    question = next(preflight._inner(policy(), ALONE, CHANGES, lambda: CREDENTIALS))

    assert isinstance(question, HostCommand)


def test_an_account_that_is_not_ready_keeps_a_relay_as_it_is() -> None:
    (command,) = preflight._inner(policy(), ALONE, CHANGES, not_verified)

    assert isinstance(command, Fail)
    assert command.sentence == (
        "pending: SES in us-east-1 has not verified example.com yet; this relay stays as it is"
    )


def test_nothing_is_read_for_a_relay_without_changes_or_without_a_provider() -> None:
    client = policy(relay=Relay(relay_hosts="relay1.example.com"))

    assert not list(preflight._inner(policy(), ALONE, [], not_verified))
    assert not list(preflight._inner(client, ALONE, CHANGES, not_verified))
