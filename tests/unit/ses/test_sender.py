"""The user and its credential: nothing is left behind, and nothing is done twice."""

from mailfleet.credential import Credential
from mailfleet.plan import KNOWN_AFTER_APPLY
from mailfleet.ses.sender import (
    POLICY_DOCUMENT,
    AccessKey,
    Sender,
    credential_text,
    parse_credential,
    sender_changes,
)

STORED = Credential("AKIA1", "sentinel-password")


def plan(sender: Sender) -> list[tuple[str, str, str]]:
    changes = sender_changes("@aws", "user", "secret", sender)
    return [(change.kind, change.id, change.action) for change in changes]


def test_nothing_there_yet() -> None:
    assert plan(Sender(keys=None, policy=None, stored=None)) == [
        ("iam user", "user", "create"),
        ("iam policy", "user/mailfleet-send", "create"),
        ("access key", "user/new", "create"),
        ("secret", "secret", "create"),
    ]


def test_all_there() -> None:
    sender = Sender(keys=(AccessKey("AKIA1", True),), policy=POLICY_DOCUMENT, stored=STORED)
    assert plan(sender) == []
    assert sender.credential == STORED


def test_a_key_that_was_never_stored_is_removed() -> None:
    """Killed between CreateAccessKey and storing it: the key's secret is lost."""
    sender = Sender(keys=(AccessKey("AKIA9", True),), policy=POLICY_DOCUMENT, stored=None)
    assert plan(sender) == [
        ("access key", "user/AKIA9", "delete"),
        ("access key", "user/new", "create"),
        ("secret", "secret", "create"),
    ]


def test_an_orphan_beside_the_key_in_use_is_removed_alone() -> None:
    keys = (AccessKey("AKIA1", True), AccessKey("AKIA9", True))
    sender = Sender(keys=keys, policy=POLICY_DOCUMENT, stored=STORED)
    assert plan(sender) == [("access key", "user/AKIA9", "delete")]


def test_a_stored_key_that_is_gone_or_inactive_is_replaced() -> None:
    for keys in ((), (AccessKey("AKIA1", False),)):
        sender = Sender(keys=keys, policy=POLICY_DOCUMENT, stored=STORED)
        assert ("secret", "secret", "update") in plan(sender)
        assert sender.credential is None


def test_a_policy_that_allows_more_is_put_right() -> None:
    wide = {**POLICY_DOCUMENT, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    sender = Sender(keys=(AccessKey("AKIA1", True),), policy=wide, stored=STORED)
    assert plan(sender) == [("iam policy", "user/mailfleet-send", "update")]


def test_the_password_is_in_no_plan_and_no_repr() -> None:
    sender = Sender(keys=(), policy=None, stored=STORED)
    shown = repr(list(sender_changes("@aws", "user", "secret", sender))) + repr(sender)
    assert STORED.password not in shown
    assert KNOWN_AFTER_APPLY in shown


def test_a_credential_survives_its_storage() -> None:
    assert parse_credential(credential_text(STORED)) == STORED


def test_what_is_no_credential_is_none() -> None:
    for text in ("", "{}", "[]", "hunter2", '{"username": "AKIA1"}'):
        assert parse_credential(text) is None
