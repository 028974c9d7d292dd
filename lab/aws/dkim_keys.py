"""What a domain identity signs with: Easy DKIM's keys, or one that was brought along.

https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lab.aws.dkim_key import DkimKey
from lab.aws.errors import ApiError

EASY = "AWS_SES"
OWN = "EXTERNAL"
LENGTHS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}
DAY = 24 * 3600

_SELECTOR = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?")


def tokens() -> tuple[str, ...]:
    """Easy DKIM has three, each of 32 lower-case letters and digits."""
    letters = string.ascii_lowercase + string.digits
    return tuple("".join(secrets.choice(letters) for _ in range(32)) for _ in range(3))


@dataclass
class DkimKeys:
    """`tokens` lead to the public key in DNS: three names that SES publishes it under, or the
    selector at which the domain does. Whose they are, `origin` says."""

    origin: str = EASY
    length: str = "RSA_2048_BIT"
    tokens: tuple[str, ...] = field(default_factory=tokens)
    given: DkimKey | None = None
    seen: float | None = None
    """when the right DNS records were first there"""
    found: float | None = None
    """when SES saw them: it signs from then on"""
    error: str | None = None
    """VerificationInfo.ErrorType while pending"""

    @cached_property
    def key(self) -> DkimKey:
        """Made when it is first signed with or asked for: a thousand would take minutes."""
        return self.given or DkimKey.new(LENGTHS[self.length])


def asked(attributes: Mapping[str, Any], origin: str) -> DkimKeys:
    """Keys as DkimSigningAttributes ask for them; BadRequestException when they can't be had.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DkimSigningAttributes.html
    """
    if origin == OWN:
        return _own(attributes)
    if attributes.get("DomainSigningSelector") or attributes.get("DomainSigningPrivateKey"):
        raise _invalid(f"a selector or a private key with the origin {origin}")
    length = str(attributes.get("NextSigningKeyLength") or "RSA_2048_BIT")
    if length not in LENGTHS:
        raise _invalid(f"NextSigningKeyLength {length}")
    return DkimKeys(length=length)


def _own(attributes: Mapping[str, Any]) -> DkimKeys:
    selector = attributes.get("DomainSigningSelector") or ""
    if attributes.get("NextSigningKeyLength"):
        raise _invalid("NextSigningKeyLength is Easy DKIM's")
    if len(selector) > 63 or not _SELECTOR.fullmatch(selector):
        raise _invalid("DomainSigningSelector")
    try:
        key = DkimKey.given(attributes.get("DomainSigningPrivateKey") or "")
    except ValueError:
        raise _invalid("DomainSigningPrivateKey") from None
    return DkimKeys(OWN, "", (selector,), key)


def _invalid(what: str) -> ApiError:
    return ApiError("BadRequestException", f"The input you provided is invalid: {what}")
