"""What receivers are asked to do with mail that fails DMARC."""

from typing import Annotated, Literal

from pydantic import Field

from mailfleet.policy.schema import policy_class
from mailfleet.policy.types import MailAddressOrEmpty

Disposition = Literal["none", "quarantine", "reject"]
Alignment = Literal["relaxed", "strict"]


@policy_class
class Dmarc:
    """The DMARC record of a domain, field by field (RFC 7489 section 6.3)."""

    policy: Disposition = "none"
    """what receivers do with mail that fails: `none`, `quarantine` or `reject`"""
    rua: MailAddressOrEmpty = ""
    """the address that gets aggregate reports"""
    subdomains: Disposition | None = None
    """what receivers do with mail of its subdomains that fails; by default the same as `policy`"""
    percent: Annotated[int, Field(ge=0, le=100)] = 100
    """the percentage of failing mail that both apply to"""
    dkim: Alignment = "relaxed"
    """alignment of the domain that signed: `strict` requires the From domain itself, not one
    above or below it"""
    spf: Alignment = "relaxed"
    """alignment of the envelope sender's domain, in the same way"""
