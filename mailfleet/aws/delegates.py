"""Who else may send as an identity: a policy for each delegate sender, beside what is there.

Of an identity of ours the policies whose name starts with PREFIX are ours; all others are
somebody else's and stay.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mailfleet.aws.arn import resource_arn
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.policy_document import EVERYBODY, MOST_BYTES, document, grants, same
from mailfleet.plan.change import Action
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Delegate
from mailfleet.policy.delegate import MOST

PREFIX = "mailfleet-"
_LONGEST = 64  # letters, digits, - and _ ("CreateEmailIdentityPolicy", Amazon SES API v2)


@dataclass(frozen=True)
class PolicyChange:
    """One policy of an identity, as it is and as it will be; None where there is none."""

    identity: IdentityPlan
    name: str
    before: str | None
    after: str | None

    @property
    def action(self) -> Action:
        if self.before is None:
            return "create"
        return "update" if self.after is not None else "delete"


def policy_name(delegate: Delegate) -> str:
    """What the delegate's policy is called: the same as long as the delegate is."""
    if delegate.principal.isdigit():
        return f"{PREFIX}{delegate.principal}"
    digest = sha256(delegate.principal.encode()).hexdigest()[:8]
    account, _, path = delegate.principal.split(":", 4)[4].partition(":")
    readable = re.sub(r"[^A-Za-z0-9_-]", "-", f"{account}-{path.rpartition('/')[2]}")
    return f"{PREFIX}{readable[: _LONGEST - len(PREFIX) - 9]}-{digest}"


def policy_changes(identities: Iterable[IdentityPlan], caller: str) -> Iterator[PolicyChange]:
    """What of these identities' policies is to be changed; `caller` is our own ARN.

    PlanError when SES would not take it.
    """
    for identity in identities:
        if not _waits(identity):
            yield from _changes(identity, caller)


def _changes(identity: IdentityPlan, caller: str) -> Iterator[PolicyChange]:
    arn = resource_arn(caller, identity.region, f"identity/{identity.name}")
    desired = {policy_name(each): document(each, arn) for each in identity.delegates}
    _check_limits(identity, desired)
    found = identity.found.policies if identity.found else {}
    for name, after in desired.items():
        before = found.get(name)
        if before is None or not same(before, after):
            yield PolicyChange(identity, name, before, after)
    for name, before in found.items():
        if name.startswith(PREFIX) and name not in desired and identity.ours:
            yield PolicyChange(identity, name, before, None)


def _waits(identity: IdentityPlan) -> bool:
    """SES takes policies of verified identities alone, and nobody waits for an address."""
    verified = identity.found and identity.found.status == "SUCCESS"
    return identity.is_address and not verified


def _check_limits(identity: IdentityPlan, desired: Mapping[str, str]) -> None:
    found = identity.found.policies if identity.found else {}
    foreign = [name for name in found if not name.startswith(PREFIX)]
    if len(desired) + len(foreign) > MOST and desired:
        raise PlanError(
            f"{identity.id}: found {len(foreign)} policies that mailfleet does not own and "
            f"{len(desired)} delegates, expected {MOST} policies at most: SES accepts no more"
        )
    for name, text in desired.items():
        if len(text.encode()) > MOST_BYTES:
            raise PlanError(
                f"{identity.id}: found a policy {name} of {len(text.encode())} bytes, expected "
                f"{MOST_BYTES} at most: SES takes no more; say from_addresses with a *"
            )


def authorization_notes(identities: Sequence[IdentityPlan]) -> Iterator[str]:
    """What somebody should know of who may send as these identities."""
    for identity in identities:
        if identity.delegates and _waits(identity):
            yield (
                f"SES identity {identity.id} is not verified yet: its delegates may send after a "
                "later deploy has allowed them"
            )
        found = identity.found.policies if identity.found else {}
        for name, text in found.items():
            everybody = [grant for grant in grants(text) if EVERYBODY in grant.principals]
            if everybody and not name.startswith(PREFIX):
                conditions = ", ".join(g.conditions for g in everybody if g.conditions)
                only = f" under the conditions {conditions}" if conditions else ""
                yield (
                    f"policy {name} of SES identity {identity.id} lets everyone at AWS "
                    f"(principal *) send as it{only}; mailfleet does not own it and leaves it as "
                    "it is"
                )
