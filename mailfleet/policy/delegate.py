"""Who else may send as an identity of ours: "delegate senders", as Amazon SES calls them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mailfleet.policy.schema import AsTuple, policy_class
from mailfleet.policy.types import FromPattern, Principal

MOST = 20
"""Policies that an identity may have ("GetIdentityPolicies", Amazon SES API Reference)."""


@policy_class
class Delegate:
    """A delegate sender: who else may send as an identity."""

    principal: Principal
    """an AWS account's number, or the ARN of a user or role; never `*`"""
    from_addresses: Annotated[Sequence[FromPattern], AsTuple] = ()
    """the From addresses that it may use, with `*` before the @ for anything; by default all of
    the identity's"""


Delegates = Annotated[Sequence[Delegate], Field(max_length=MOST), AsTuple]


def check_delegates(identity: str, delegates: Sequence[Delegate]) -> None:
    """ValueError for a delegate that is there twice, and for addresses that are not the
    identity's: SES would never let them through."""
    principals = [delegate.principal for delegate in delegates]
    domain = identity.rpartition("@")[2]
    for delegate in delegates:
        if principals.count(delegate.principal) > 1:
            raise ValueError(f"delegates: found {delegate.principal!r} twice, expected once")
        for address in delegate.from_addresses:
            if not f".{address.rpartition('@')[2]}".endswith(f".{domain}"):
                raise ValueError(
                    f"delegates: found from_addresses {address!r} of {delegate.principal!r}, "
                    f"expected addresses of {domain}"
                )
