"""A relay's part of a rotation, with what the account's side hands to it."""

import pytest

from mailfleet.credential import Credential
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Ses
from mailfleet.relay import rotation
from mailfleet.run.commands import Fail, HostCommand
from tests.support.relay_policy import policy

MAIL = policy()
NEW = Credential("AKIANEW", "new password")


def no_key_yet(ses: Ses) -> Credential:
    raise PlanError(f"SES in {ses.region} has no new key yet")


def test_a_new_credential_is_tried_for_each_provider() -> None:
    commands = list(rotation.try_new_credential._inner(MAIL, MAIL.ses, lambda ses: NEW))

    assert len(commands) == len(MAIL.ses)
    assert all(isinstance(command, HostCommand) for command in commands)
    sent = commands[0].connector_arguments["_stdin"].encode().decode()
    assert "new password" in sent


def test_a_relay_keeps_its_credential_while_there_is_no_new_one() -> None:
    (command,) = rotation.try_new_credential._inner(MAIL, MAIL.ses, no_key_yet)

    assert isinstance(command, Fail)
    assert command.sentence == (
        f"pending: SES in {MAIL.ses[0].region} has no new key yet; this relay keeps its credential"
    )


@pytest.mark.parametrize(("failed", "messages"), [(False, len(MAIL.ses)), (True, 0)])
def test_sending_is_verified_once_the_old_key_is_refused(failed: bool, messages: int) -> None:
    commands = list(rotation.verify._inner(MAIL, MAIL.ses, lambda: failed))

    assert len(commands) == messages
