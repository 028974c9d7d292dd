"""Users whom a dedicated relay knows by a password."""

from collections.abc import Sequence
from typing import Annotated

from mailfleet.policy.schema import AsTuple, policy_class
from mailfleet.policy.secret import NotALiteral, Secret
from mailfleet.policy.types import SenderPattern


@policy_class
class Login:
    """A user of a dedicated relay. A `secret(...)` alone stands for a Login without `senders`."""

    password: Annotated[Secret, NotALiteral]
    """the `secret(...)` that holds the password"""
    senders: Annotated[Sequence[SenderPattern], AsTuple] = ()
    """the addresses and `@domain`s that it may send as; by default all of the policy's"""
