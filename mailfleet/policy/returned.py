"""How long a relay host keeps what cannot leave it."""

from typing import Annotated

from pydantic import Field

from mailfleet.policy.schema import word


@word
class Returned:
    """Bounces, notices and other mail without a sender stay on the host for so many `days`, and
    take so many `megabytes` (of a million bytes) at most: the oldest go first."""

    days: Annotated[int, Field(ge=1, le=3650)] = 30
    megabytes: Annotated[int, Field(ge=10, le=1_000_000)] = 100
