"""How Amazon SES signs a domain's mail (RFC 6376), and whose keys it signs with."""

from typing import Literal

from mailfleet.policy.schema import policy_class
from mailfleet.policy.types import RegionName, Selector


@policy_class
class EasyDkim:
    """Keys that SES creates, keeps and publishes ("Easy DKIM in Amazon SES")."""

    key_length: Literal[2048, 1024] = 2048
    """bits of the keys, 2048 or 1024; SES accepts one change a day"""
    parent: RegionName | None = None
    """the region whose keys all other regions sign with, too ("Deterministic Easy DKIM"); by
    default each region has keys of its own"""


@policy_class
class Byodkim:
    """A key of your own ("Bring Your Own DKIM"): RSA with 2048 bits, created by the first deploy
    and kept in Secrets Manager. All regions sign with it."""

    selector: Selector
    """where its public half is published: `<selector>._domainkey` below the domain; another
    selector is another key"""


Dkim = EasyDkim | Byodkim
