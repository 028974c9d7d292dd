"""What the policy asks of the SES account itself, in one region."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailfleet.policy.schema import policy_class
from mailfleet.policy.types import MailAddress

Reason = Literal["BOUNCE", "COMPLAINT"]
Reasons = Annotated[Sequence[Reason], AfterValidator(lambda given: tuple(sorted(set(given))))]
"""Why SES puts a recipient on the suppression list; () for never."""


def _website(value: str) -> str:
    if not value.startswith(("https://", "http://")) or any(c.isspace() for c in value):
        raise ValueError(f"found {value!r}, expected a web address such as https://example.com")
    return value


@policy_class
class ProductionAccess:
    """A request to AWS to move the account out of the sandbox ("PutAccountDetails", Amazon SES
    API v2). People at AWS read it."""

    mail_type: Literal["TRANSACTIONAL", "MARKETING"]
    """`TRANSACTIONAL` or `MARKETING`"""
    website: Annotated[str, Field(max_length=1000), AfterValidator(_website)]
    """the website that the mail is about"""
    use_case: Annotated[str, Field(min_length=1, max_length=5000)]
    """what is sent to whom, how recipients signed up, what bounces and complaints lead to"""
    contacts: Annotated[Sequence[MailAddress], Field(max_length=4), AfterValidator(tuple)] = ()
    """up to four addresses that are informed of the review in addition to the account's owner"""
    language: Literal["EN", "JA"] = "EN"
    """the language that AWS answers in: `EN` or `JA`"""


@policy_class
class SesAccount:
    """Settings of the entire account in a region, which affect everyone who sends from it. What
    is `None` stays as it is."""

    suppression: Reasons | None = None
    """why SES puts a recipient on the account's suppression list: `BOUNCE`, `COMPLAINT`; `[]`
    for never"""
    vdm: bool | None = None
    """the Virtual Deliverability Manager, which AWS charges for; its engagement metrics and
    optimized shared delivery are not changed while it is on"""
    production: ProductionAccess | None = None
    """the request for production access, made while the account is in the sandbox and never
    twice"""
