"""Taking a new access key into use, and the old one out of it, with mail flowing all the while.

The order: a new key, its credential stored as AWSPENDING; on every relay, proven from there;
labelled AWSCURRENT; the old key deactivated; every relay seen to send; the old key deleted. Where
a rotation stands is read off the keys and the labels of the stored credentials
("Rotation function templates", AWS Secrets Manager User Guide, has the same labels), so that a
run that was killed anywhere is finished by the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailfleet.aws.smtp_user import AccessKey, SmtpUser
from mailfleet.credential import Credential
from mailfleet.plan.change import KNOWN_AFTER_APPLY, SECRET, Change
from mailfleet.plan.errors import PlanError


@dataclass(frozen=True)
class Rotation:
    """What is left to do for one user, in this order.

    `removed` are keys that can't be used; `new` is the credential that relays shall hold, None
    while it must be made; `promotes` says whether it must still be labelled AWSCURRENT; `replaced`
    are the keys that it takes the place of.
    """

    removed: tuple[AccessKey, ...]
    new: Credential | None
    promotes: bool
    replaced: tuple[AccessKey, ...]


def rotation(user: str, sender: SmtpUser) -> Rotation:
    """What a rotation has to do, from wherever the last one has stopped. PlanError when there is no
    credential to start from, or a key in the way that is not ours."""
    if sender.credential is None:
        raise PlanError(
            f"IAM user {user}: found no credential that works, expected one to rotate from: run "
            "deploy.py, which makes a new one"
        )
    if sender.foreign_keys:
        (key, *_) = sender.foreign_keys
        raise PlanError(
            f"IAM user {user}: found the access key {key.id}, which no stored credential names and "
            f"which was last used for {sender.last_used[key.id]}, expected only mailfleet's: "
            "delete it when nothing needs it"
        )
    if not under_way(sender):
        old = tuple(key for key in sender.keys or () if key.id == sender.credential.username)
        return Rotation(tuple(_others(sender, old)), None, True, old)
    promotes = sender.credential != sender.stored
    return Rotation(sender.orphans, sender.credential, promotes, sender.rotating)


def under_way(sender: SmtpUser) -> bool:
    """Whether the last rotation was not finished: the pending credential works and is not yet the
    stored one, or the key that the stored one has replaced is still there."""
    if sender.credential is None:
        return False
    previous = sender.previous.username if sender.previous else None
    return sender.credential != sender.stored or any(key.id == previous for key in sender.rotating)


def rotations(senders: Mapping[str, SmtpUser]) -> dict[str, Rotation]:
    """By user. While one of several users' rotation is unfinished only such are carried on, so that
    the run that finishes it leaves the others' new keys alone."""
    unfinished = {user: sender for user, sender in senders.items() if under_way(sender)}
    return {user: rotation(user, sender) for user, sender in (unfinished or senders).items()}


def rotation_changes(
    host: str, user: str, secret: str, plan: Rotation, all_relays: bool
) -> Iterable[Change]:
    """The account's part; unless the run reaches `all_relays` the old key stays as it is."""
    for key in plan.removed:
        yield Change(host, "access key", f"{user}/{key.id}", "delete", key.id, None)
    if plan.new is None:
        yield Change(host, "access key", f"{user}/new", "create", None, KNOWN_AFTER_APPLY)
        yield Change(host, "secret", f"{secret} AWSPENDING", "create", None, SECRET)
    if not all_relays:
        return
    if plan.promotes:
        old = ", ".join(key.id for key in plan.replaced) or None
        new = plan.new.username if plan.new else KNOWN_AFTER_APPLY
        yield Change(host, "secret", f"{secret} AWSCURRENT", "update", old, new)
    for key in plan.replaced:
        if key.active:
            yield Change(host, "access key", f"{user}/{key.id}", "run", "active", "deactivate")
    for key in plan.replaced:
        yield Change(host, "access key", f"{user}/{key.id}", "delete", key.id, None)


def rotation_note(user: str, sender: SmtpUser) -> Iterable[str]:
    """For the plan of a deploy while a rotation is not finished: it takes it no step further."""
    if sender.credential and under_way(sender):
        old = ", ".join(key.id for key in sender.rotating) or "no key"
        new = sender.credential.username
        yield (
            f"IAM user {user}: a rotation from {old} to {new} is under way: relays take {new}, "
            "run rotate.py to finish it"
        )


def use_note(user: str, key: AccessKey, region: str, last_used: str | None) -> str | None:
    """A warning when the old key was last used for something that is no relay's doing."""
    if not key.active or last_used in (None, f"ses in {region}"):
        return None
    return (
        f"IAM user {user}: the access key {key.id} was last used for {last_used}, which is no "
        "relay's doing: it will be refused there"
    )


def _others(sender: SmtpUser, kept: tuple[AccessKey, ...]) -> Iterable[AccessKey]:
    return (key for key in sender.keys or () if key not in kept)
