"""The IAM user that relays authenticate as at SES, and its SMTP credential.

CreateAccessKey shows a key's secret once. A run killed before the credential is stored leaves an
orphan: a key of our user that no stored credential names and that nobody ever used. The next plan
removes it. See `rotation` for how one key takes the place of another.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailfleet.aws.smtp_user_policy import widened
from mailfleet.credential import Credential
from mailfleet.json_fact import JsonFact
from mailfleet.plan.change import KNOWN_AFTER_APPLY, SECRET, SECRET_CHANGED
from mailfleet.plan.resource import Thing

POLICY_NAME = "mailfleet-send"


@dataclass(frozen=True)
class AccessKey(JsonFact):
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
class SmtpUser:
    """The user as it is: `keys` and `policy` are None when there is no user or no policy.

    `stored`, `pending` and `previous` are the credentials that Secrets Manager labels AWSCURRENT,
    AWSPENDING and AWSPREVIOUS; the latter two are read only while `stored` is not of all keys.
    `last_used` says of keys what they were last used for, as far as AWS has seen it.
    """

    keys: tuple[AccessKey, ...] | None
    policy: dict[str, Any] | None
    desired: dict[str, Any]
    stored: Credential | None
    pending: Credential | None = None
    previous: Credential | None = None
    last_used: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_policy(self) -> dict[str, Any]:
        """The document until every relay is as the policy says: nothing is taken away before."""
        return widened(self.policy, self.desired)

    @property
    def credential(self) -> Credential | None:
        """What relays take: the pending one of a rotation if there is one, else the stored one;
        None when neither has a key that is there and active."""
        return next((c for c in (self.pending, self.stored) if self.usable(c)), None)

    def usable(self, credential: Credential | None) -> bool:
        active = {key.id for key in self.keys or () if key.active}
        return credential is not None and credential.username in active

    @property
    def unnamed(self) -> tuple[AccessKey, ...]:
        """Keys that no stored credential names."""
        named = {c.username for c in (self.stored, self.pending, self.previous) if c}
        return tuple(key for key in self.keys or () if key.id not in named)

    @property
    def foreign_keys(self) -> tuple[AccessKey, ...]:
        """Keys that mailfleet did not make, and that are in use."""
        return tuple(key for key in self.unnamed if key.id in self.last_used)

    @property
    def orphans(self) -> tuple[AccessKey, ...]:
        """Keys that nobody can use; where there is no credential, also those whose credential is
        kept but can't be used: a new one takes their place."""
        candidates = self.unnamed if self.credential else self.keys or ()
        return tuple(key for key in candidates if key not in self.foreign_keys)

    @property
    def rotating(self) -> tuple[AccessKey, ...]:
        """The keys beside the credential's own that a rotation has still to deal with."""
        if self.credential is None:
            return ()
        kept = {self.credential.username, *(key.id for key in self.unnamed)}
        return tuple(key for key in self.keys or () if key.id not in kept)


def user_name(fleet: str, region: str) -> str:
    return f"{fleet}-smtp-{region}"


def secret_name(fleet: str, region: str) -> str:
    return f"{fleet}/smtp/{region}"


def smtp_user_things(
    user: str, secret: str, found: SmtpUser, all_relays: bool = True
) -> Iterator[Thing]:
    """The user, its policy, its keys and its credential; unless the run reaches `all_relays` the
    user loses no permission."""
    policy = found.desired if all_relays else found.first_policy
    if found.keys is None:
        yield Thing("iam user", user, None, user)
    if found.policy != policy:
        before = _pretty(found.policy) if found.policy else None
        yield Thing("iam policy", f"{user}/{POLICY_NAME}", before, _pretty(policy))
    for key in found.orphans:
        yield Thing("access key", f"{user}/{key.id}", key.id, None)
    if found.credential is None:
        yield Thing("access key", f"{user}/new", None, KNOWN_AFTER_APPLY)
        stored = (SECRET, SECRET_CHANGED) if found.stored else (None, SECRET)
        yield Thing("secret", secret, *stored)


def smtp_user_notes(user: str, found: SmtpUser, all_relays: bool = True) -> Iterator[str]:
    """What the operator should know of the user's policy, and of keys that are not ours."""
    if not all_relays and found.first_policy != found.desired:
        yield (
            f"IAM user {user}: it may send from more addresses than the policy has, until a deploy "
            "has reached every relay"
        )
    for key in found.foreign_keys:
        yield (
            f"IAM user {user}: the access key {key.id} is not mailfleet's and was last used for "
            f"{found.last_used[key.id]}: it is left alone"
        )


def _pretty(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)
