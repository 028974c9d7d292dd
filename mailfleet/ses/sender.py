"""The IAM user that relays authenticate as at SES, and its SMTP credential.

CreateAccessKey shows a key's secret once. A run killed before the credential is stored leaves an
orphan: a key of our user that the stored credential does not name. The next plan removes it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mailfleet.credential import Credential
from mailfleet.plan import KNOWN_AFTER_APPLY, SECRET, SECRET_CHANGED, Action, Change
from mailfleet.shown import Shown

POLICY_NAME = "mailfleet-send"
POLICY_DOCUMENT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}],
}


@dataclass(frozen=True)
class AccessKey(Shown):
    """An access key of a user; one that is not `active` is refused everywhere."""

    id: str
    active: bool


def credential_text(credential: Credential) -> str:
    """A credential as it is kept in Secrets Manager."""
    return json.dumps({"username": credential.username, "password": credential.password})


def parse_credential(text: str) -> Credential | None:
    """A stored credential; None for what is none, so that a new one takes its place."""
    try:
        stored = json.loads(text)
        return Credential(str(stored["username"]), str(stored["password"]))
    except (ValueError, TypeError, KeyError):
        return None


@dataclass(frozen=True)
class Sender:
    """The user as it is: `keys` and `policy` are None when there is no user or no policy."""

    keys: tuple[AccessKey, ...] | None
    policy: dict[str, Any] | None
    stored: Credential | None

    @property
    def credential(self) -> Credential | None:
        """The stored credential, if its key is there and active."""
        usable = {key.id for key in self.keys or () if key.active}
        return self.stored if self.stored and self.stored.username in usable else None

    @property
    def orphans(self) -> tuple[AccessKey, ...]:
        """Keys of the user that the stored credential does not name, or can't use."""
        kept = self.credential.username if self.credential else None
        return tuple(key for key in self.keys or () if key.id != kept)


def user_name(fleet: str, region: str) -> str:
    return f"{fleet}-smtp-{region}"


def secret_name(fleet: str, region: str) -> str:
    return f"{fleet}/smtp/{region}"


def sender_changes(host: str, user: str, secret: str, sender: Sender) -> Iterable[Change]:
    """What makes the user and its credential whole, in the order it is done."""
    if sender.keys is None:
        yield Change(host, "iam user", user, "create", None, user)
    if sender.policy != POLICY_DOCUMENT:
        before = _pretty(sender.policy) if sender.policy else None
        action: Action = "update" if before else "create"
        id = f"{user}/{POLICY_NAME}"
        yield Change(host, "iam policy", id, action, before, _pretty(POLICY_DOCUMENT))
    for key in sender.orphans:
        yield Change(host, "access key", f"{user}/{key.id}", "delete", key.id, None)
    if sender.credential is None:
        yield Change(host, "access key", f"{user}/new", "create", None, KNOWN_AFTER_APPLY)
        if sender.stored:
            yield Change(host, "secret", secret, "update", SECRET, SECRET_CHANGED)
        else:
            yield Change(host, "secret", secret, "create", None, SECRET)


def _pretty(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)
