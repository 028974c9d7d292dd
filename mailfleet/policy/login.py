"""Users whom a dedicated relay knows by a password."""

from collections.abc import Sequence
from typing import Annotated

from mailfleet.policy.schema import Listed, word
from mailfleet.policy.secret import NotALiteral, Secret
from mailfleet.policy.types import SenderPattern


@word
class Login:
    """A user of a dedicated relay, by the secret that is its password. `senders` are the addresses
    and @domains that it may send as; without, any of the policy's."""

    password: Annotated[Secret, NotALiteral]
    senders: Annotated[Sequence[SenderPattern], Listed] = ()
