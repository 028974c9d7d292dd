"""SES identities: their DKIM tokens and keys, and whether DNS proves them.

https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

import re
import secrets
import string
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lab.aws.dkim_key import DkimKey
from lab.aws.errors import ApiError
from lab.aws.zones import Zones
from lab.faults import Faults

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


class Identities:
    """All identities of all regions. Callers hold the account's lock."""

    def __init__(self, zones: Zones, faults: Faults) -> None:
        self._zones = zones
        self._faults = faults
        self._all: dict[tuple[str, str], Identity] = {}

    def create(self, identity: Identity) -> Identity:
        if (identity.region, identity.name) in self._all:
            raise ApiError(
                "AlreadyExistsException", f"Email identity {identity.name} already exist."
            )
        self._all[identity.region, identity.name] = identity
        return self._refreshed(identity)

    def get(self, region: str, name: str) -> Identity:
        identity = self._all.get((region, normal(name)))
        if identity is None:
            raise ApiError("NotFoundException", f"Email identity {name} does not exist.", 404)
        return self._refreshed(identity)

    def delete(self, region: str, name: str) -> None:
        del self._all[region, self.get(region, name).name]

    def listed(self, region: str) -> list[Identity]:
        return [
            self._refreshed(found) for (at, _), found in sorted(self._all.items()) if at == region
        ]

    def refresh(self) -> None:
        """Look at DNS again, as SES keeps doing: called after each change of records."""
        for identity in self._all.values():
            self._refreshed(identity)

    def covering(self, region: str, address: str) -> Iterator[Identity]:
        """The identities that an address falls under, the most specific first.

        A domain covers its subdomains; the address itself comes before all.
        """
        local, _, domain = address.rpartition("@")
        labels = domain.lower().split(".")
        for name in [
            f"{local}@{domain.lower()}",
            *(".".join(labels[n:]) for n in range(len(labels))),
        ]:
            if (region, name) in self._all:
                yield self._refreshed(self._all[region, name])

    def published_at(self, name: str) -> Identity | None:
        """The identity whose public key SES publishes at `<token>.<signing zone>`."""
        token, _, zone = name.partition(".")
        for identity in self._all.values():
            if token in identity.tokens and zone == signing_zone(identity.region):
                return identity
        return None

    def _refreshed(self, identity: Identity) -> Identity:
        """A verified identity stays so: SES notices lost records after days only.

        https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html#verify-domain-procedure
        """
        if identity.verified is not None or not identity.is_domain:
            return identity
        identity.error = self._missing(identity)
        if identity.error:
            return identity
        identity.seen = identity.seen or time.time()
        delay = self._faults.verification_delay
        if delay is not None and time.time() >= identity.seen + delay:
            identity.verified = time.time()
        return identity

    def _missing(self, identity: Identity) -> str | None:
        """All three CNAME records must be in public DNS."""
        for token in identity.tokens:
            found = self._zones.values(f"{token}._domainkey.{identity.name}", "CNAME")
            wanted = f"{token}.{signing_zone(identity.region)}"
            if [value.lower().rstrip(".") for value in found] != [wanted]:
                return "INVALID_VALUE" if found else "HOST_NOT_FOUND"
        return None


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
