"""How Amazon SES signs a domain's mail (RFC 6376), and whose keys it signs with."""

from typing import Literal

from mailfleet.policy.schema import word
from mailfleet.policy.types import RegionName, Selector


@word
class EasyDkim:
    """Keys that SES makes, keeps and publishes ("Easy DKIM in Amazon SES").

    `key_length`: in bits; SES takes another one once a day at most.
    `parent`: the region whose keys all other regions sign with, too ("Deterministic Easy DKIM");
    without one, each region has keys of its own.
    """

    key_length: Literal[2048, 1024] = 2048
    parent: RegionName | None = None


@word
class Byodkim:
    """A key of ours ("Bring Your Own DKIM"): an RSA key of 2048 bits, made by the first deploy and
    kept in Secrets Manager. All regions sign with it.

    `selector`: where its public half is, `<selector>._domainkey` below the domain. Another
    selector is another key.
    """

    selector: Selector


Dkim = EasyDkim | Byodkim
