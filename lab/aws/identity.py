"""One SES identity: its name, its DKIM tokens and its key.

https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

import re
import secrets
import string
import time
from dataclasses import dataclass, field
from functools import cached_property

from lab.aws.dkim_key import DkimKey
from lab.aws.errors import ApiError

KEY_LENGTHS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}

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
    key_length: str = "RSA_2048_BIT"
    next_key_length: str = "RSA_2048_BIT"
    tags: dict[str, str] = field(default_factory=dict)
    configuration_set: str | None = None
    signing: bool = True
    tokens: tuple[str, ...] = ()
    created: float = field(default_factory=time.time)
    seen: float | None = None
    """when the right DNS records were first there"""
    verified: float | None = None
    error: str | None = None
    """VerificationInfo.ErrorType while pending"""
    mail_from: str | None = None
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    mail_from_found: bool = False
    """whether DNS has what SES asks for at the MAIL FROM domain"""
    policies: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    """ARNs of SNS topics by what is told there: Bounce, Complaint, Delivery"""
    forwarding: bool = True
    """whether bounces and complaints are told by mail, too"""

    def __post_init__(self) -> None:
        if self.is_domain:
            self.tokens = tuple(_token() for _ in range(3))

    @property
    def is_domain(self) -> bool:
        return "@" not in self.name

    @property
    def domain(self) -> str:
        return self.name.rpartition("@")[2]

    @cached_property
    def key(self) -> DkimKey:
        """Made when it is first signed with or asked for: a thousand would take minutes."""
        return DkimKey(KEY_LENGTHS[self.key_length])


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


def _token() -> str:
    """Tokens are 32 lower-case letters and digits."""
    letters = string.ascii_lowercase + string.digits
    return "".join(secrets.choice(letters) for _ in range(32))
