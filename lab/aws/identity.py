"""One SES identity: its name, its keys and its settings.

https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from lab.aws.dkim_keys import DkimKeys
from lab.aws.errors import ApiError

_OWN_DKIM_DOMAIN = frozenset(
    (
        *("af-south-1", "ap-northeast-3", "ap-south-2", "ap-southeast-3", "ap-southeast-5"),
        *("ca-west-1", "eu-central-2", "eu-south-1", "il-central-1", "me-central-1"),
        "us-gov-east-1",
    )
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_LOCAL_PART = re.compile(r"[^\s@\x00-\x1f]{1,64}")


def signing_zone(region: str) -> str:
    """Where SES publishes the public keys of a region's identities.

    https://docs.aws.amazon.com/general/latest/gr/ses.html#ses_dkim_domains
    """
    return f"dkim.{region}.amazonses.com" if region in _OWN_DKIM_DOMAIN else "dkim.amazonses.com"


@dataclass
class Identity:
    name: str
    region: str
    own_keys: DkimKeys = field(default_factory=DkimKeys)
    next_keys: DkimKeys | None = None
    """Easy DKIM's keys of another length, until SES has found their records"""
    retired: list[DkimKeys] = field(default_factory=list)
    """keys of before, which SES goes on publishing for mail that is on its way"""
    lengths: list[tuple[float, str]] = field(default_factory=list)
    """when another key length was asked for, and which"""
    parent: Identity | None = None
    """whose keys it signs with: Deterministic Easy DKIM"""
    tags: dict[str, str] = field(default_factory=dict)
    configuration_set: str | None = None
    signing: bool = True
    created: float = field(default_factory=time.time)
    verified: float | None = None
    mail_from: str | None = None
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    mail_from_found: bool = False
    """whether DNS has what SES asks for at the MAIL FROM domain"""
    policies: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    """ARNs of SNS topics by what is told there: Bounce, Complaint, Delivery"""
    forwarding: bool = True
    """whether bounces and complaints are told by mail, too"""

    @property
    def is_domain(self) -> bool:
        return "@" not in self.name

    @property
    def domain(self) -> str:
        return self.name.rpartition("@")[2]

    @property
    def keys(self) -> DkimKeys:
        """What its mail is signed with, once SES has found it in DNS."""
        return (self.parent or self).own_keys

    @property
    def awaited(self) -> DkimKeys:
        """The keys that SES looks for in DNS, or has found there last."""
        source = self.parent or self
        return source.next_keys or source.own_keys

    @property
    def key_region(self) -> str:
        """Where the keys are made and published."""
        return (self.parent or self).region


def normal(name: str) -> str:
    """Domains compare without case, local parts with it."""
    local, at, domain = name.rpartition("@")
    return local + at + domain.lower()


def checked(name: str) -> str:
    """The normal name; raises BadRequestException for what is neither domain nor address."""
    local, at, domain = normal(name).rpartition("@")
    if (
        len(domain) > 255
        or not _DOMAIN.fullmatch(domain)
        or (at and not _LOCAL_PART.fullmatch(local))
    ):
        raise ApiError("BadRequestException", f"Invalid email address or domain name {name}.")
    return local + at + domain
