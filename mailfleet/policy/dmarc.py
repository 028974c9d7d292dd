"""What receivers are asked to do with mail that fails DMARC."""

from typing import Annotated, Literal

from pydantic import Field

from mailfleet.policy.schema import word
from mailfleet.policy.types import MailAddressOrEmpty

Disposition = Literal["none", "quarantine", "reject"]
Alignment = Literal["relaxed", "strict"]


@word
class Dmarc:
    """The DMARC record of a domain, field by field (RFC 7489 section 6.3).

    `policy` is for mail that fails, `subdomains` for such mail of subdomains (the same unless
    said), both for `percent` of it. `rua` gets the aggregate reports. `dkim` and `spf` say how
    closely the domain that passed must match the one in From.
    """

    policy: Disposition = "none"
    rua: MailAddressOrEmpty = ""
    subdomains: Disposition | None = None
    percent: Annotated[int, Field(ge=0, le=100)] = 100
    dkim: Alignment = "relaxed"
    spf: Alignment = "relaxed"
