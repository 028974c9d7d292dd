"""What a relay's files depend on besides the policy: the same for every host of the fleet."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Inputs:
    """`relays`: how many hosts share a provider's rate.
    `quotas`: messages a second that a provider allows, by its name, where that is known.
    `verified`: senders besides the policy's that SES has verified, as address or @domain, by the
    provider's name.
    `authorities`: the PEM file that a provider's certificate is checked with, by its name.
    """

    relays: int = 1
    quotas: Mapping[str, float] = field(default_factory=dict)
    verified: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    authorities: Mapping[str, str] = field(default_factory=dict)


ALONE = Inputs()
