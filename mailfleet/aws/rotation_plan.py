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
class RotationPlan:
    """What is left to do for one user, in this order.

    `removed` are keys that can't be used; `new` is the credential that relays shall hold, None
    while it must be made; `promotes` says whether it must still be labelled AWSCURRENT; `replaced`
    are the keys that it takes the place of.
    """

    removed: tuple[AccessKey, ...]
    new: Credential | None
    promotes: bool
    replaced: tuple[AccessKey, ...]


def rotation(user: str, found: SmtpUser) -> RotationPlan:
    """What a rotation has to do, from wherever the last one has stopped. PlanError when there is no
    credential to start from, or a key in the way that is not ours."""
    if found.credential is None:
        raise PlanError(
            f"IAM user {user}: found no credential that works, expected one to rotate from: run "
            "deploy.py, which makes a new one"
        )
    if found.foreign_keys:
        (key, *_) = found.foreign_keys
        raise PlanError(
            f"IAM user {user}: found the access key {key.id}, which no stored credential names and "
            f"which was last used for {found.last_used[key.id]}, expected only mailfleet's: "
            "delete it when nothing needs it"
        )
    if not under_way(found):
        old = tuple(key for key in found.keys or () if key.id == found.credential.username)
        return RotationPlan(tuple(_others(found, old)), None, True, old)
    promotes = found.credential != found.stored
    return RotationPlan(found.orphans, found.credential, promotes, found.rotating)


def under_way(found: SmtpUser) -> bool:
    """Whether the last rotation was not finished: the pending credential works and is not yet the
    stored one, or the key that the stored one has replaced is still there."""
    if found.credential is None:
        return False
    previous = found.previous.username if found.previous else None
    return found.credential != found.stored or any(key.id == previous for key in found.rotating)


def rotations(users: Mapping[str, SmtpUser]) -> dict[str, RotationPlan]:
    """By user. While one of several users' rotation is unfinished only such are carried on, so that
    the run that finishes it leaves the others' new keys alone."""
    unfinished = {user: found for user, found in users.items() if under_way(found)}
    return {user: rotation(user, found) for user, found in (unfinished or users).items()}


def rotation_changes(
    host: str, user: str, secret: str, plan: RotationPlan, all_relays: bool
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


def rotation_note(user: str, found: SmtpUser) -> Iterable[str]:
    """For the plan of a deploy while a rotation is not finished: it takes it no step further."""
    if found.credential and under_way(found):
        old = ", ".join(key.id for key in found.rotating) or "no key"
        new = found.credential.username
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


def _others(found: SmtpUser, kept: tuple[AccessKey, ...]) -> Iterable[AccessKey]:
    return (key for key in found.keys or () if key not in kept)
