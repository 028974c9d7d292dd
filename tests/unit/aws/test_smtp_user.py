"""The user and its credential: nothing is left behind, and nothing is done twice."""

from typing import Any

from mailfleet.aws.smtp_user import (
    AccessKey,
    SmtpUser,
    credential_text,
    parse_credential,
    smtp_user_notes,
    smtp_user_things,
)
from mailfleet.credential import Credential
from mailfleet.plan.change import KNOWN_AFTER_APPLY
from mailfleet.plan.engine import changes_of

STORED = Credential("AKIA1", "sentinel-password")
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}


def sender(keys: tuple[AccessKey, ...] | None, stored: Credential | None, **more: Any) -> SmtpUser:
    return SmtpUser(**{"keys": keys, "policy": POLICY, "desired": POLICY, "stored": stored, **more})


def plan(sender: SmtpUser) -> list[tuple[str, str, str]]:
    changes = changes_of("@aws", smtp_user_things("user", "secret", sender))
    return [(change.kind, change.id, change.action) for change in changes]


def test_nothing_there_yet() -> None:
    assert plan(sender(None, None, policy=None)) == [
        ("iam user", "user", "create"),
        ("iam policy", "user/mailfleet-send", "create"),
        ("access key", "user/new", "create"),
        ("secret", "secret", "create"),
    ]


def test_all_there() -> None:
    found = sender((AccessKey("AKIA1", True),), STORED)
    assert plan(found) == []
    assert found.credential == STORED


def test_a_key_that_was_never_stored_is_removed() -> None:
    """Killed between CreateAccessKey and storing it: the key's secret is lost."""
    assert plan(sender((AccessKey("AKIA9", True),), None)) == [
        ("access key", "user/AKIA9", "delete"),
        ("access key", "user/new", "create"),
        ("secret", "secret", "create"),
    ]


def test_an_orphan_beside_the_key_in_use_is_removed_alone() -> None:
    keys = (AccessKey("AKIA1", True), AccessKey("AKIA9", True))
    assert plan(sender(keys, STORED)) == [("access key", "user/AKIA9", "delete")]


def test_a_key_that_somebody_uses_is_no_orphan() -> None:
    keys = (AccessKey("AKIA1", True), AccessKey("AKIA9", True))
    found = sender(keys, STORED, last_used={"AKIA9": "s3 in eu-west-1"})
    assert plan(found) == []
    (note,) = smtp_user_notes("user", found)
    assert "the access key AKIA9 is not mailfleet's and was last used for s3 in eu-west-1" in note


def test_a_stored_key_that_is_gone_or_inactive_is_replaced() -> None:
    for keys in ((), (AccessKey("AKIA1", False),)):
        found = sender(keys, STORED)
        assert ("secret", "secret", "update") in plan(found)
        assert found.credential is None


def test_a_policy_that_allows_more_is_put_right() -> None:
    wide = {**POLICY, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    found = sender((AccessKey("AKIA1", True),), STORED, policy=wide)
    assert plan(found) == [("iam policy", "user/mailfleet-send", "update")]


def test_the_password_is_in_no_plan_and_no_repr() -> None:
    found = sender((), STORED, policy=None)
    shown = repr(list(smtp_user_things("user", "secret", found))) + repr(found)
    assert STORED.password not in shown
    assert KNOWN_AFTER_APPLY in shown


def test_a_credential_survives_its_storage() -> None:
    assert parse_credential(credential_text(STORED)) == STORED


def test_what_is_no_credential_is_none() -> None:
    for text in ("", "{}", "[]", "hunter2", '{"username": "AKIA1"}'):
        assert parse_credential(text) is None
