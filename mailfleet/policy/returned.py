"""How long a relay host keeps what cannot leave it."""

from typing import Annotated

from pydantic import Field

from mailfleet.policy.schema import policy_class


@policy_class
class Returned:
    """How long bounces, notices and other mail without a sender are kept on the host. The oldest
    are deleted first."""

    days: Annotated[int, Field(ge=1, le=3650)] = 30
    """the most days that a message is kept"""
    megabytes: Annotated[int, Field(ge=10, le=1_000_000)] = 100
    """the most megabytes (of a million bytes) that all of them take"""
