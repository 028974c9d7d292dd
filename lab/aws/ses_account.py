"""What SES keeps of the account in each region: quota, review, suppression, VDM.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class SesAccount:
    """One region's, out of the sandbox unless the lab was told otherwise.

    `dedicated_ips` are the leased addresses, each with its percentage of warm-up. `details` is
    what came with the last request for production access, as PutAccountDetails names it, and
    `review` what AWS has made of that.
    """

    production: bool = True
    sending: bool = True
    enforcement: str = "HEALTHY"
    max_24_hour_send: float = 50_000
    max_send_rate: float = 14
    sent_last_24_hours: float = 0
    auto_warmup: bool = True
    dedicated_ips: Mapping[str, int] = field(default_factory=dict)
    suppressed: Sequence[str] = ("BOUNCE", "COMPLAINT")
    vdm: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    review: Mapping[str, str] = field(default_factory=dict)

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Change what is named, leave the rest; ValueError for what there isn't."""
        known = [known.name for known in fields(self)]
        for name in wanted:
            if name not in known:
                raise ValueError(f"an SES account has no {name!r}, it has {', '.join(known)}")
        for name, value in wanted.items():
            setattr(self, name, value)


class SesAccounts:
    """The account in every region."""

    def __init__(self) -> None:
        self._by_region: defaultdict[str, SesAccount] = defaultdict(SesAccount)

    def of(self, region: str) -> SesAccount:
        return self._by_region[region]
