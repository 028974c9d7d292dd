"""What the policy asks of the SES account itself, in one region."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailfleet.policy.schema import word
from mailfleet.policy.types import MailAddress

Reason = Literal["BOUNCE", "COMPLAINT"]
Reasons = Annotated[Sequence[Reason], AfterValidator(lambda given: tuple(sorted(set(given))))]
"""Why SES puts a recipient on the suppression list; () for never."""


def _website(value: str) -> str:
    if not value.startswith(("https://", "http://")) or any(c.isspace() for c in value):
        raise ValueError(f"found {value!r}, expected a web address such as https://example.com")
    return value


@word
class ProductionAccess:
    """A request to AWS to let the account out of the sandbox ("PutAccountDetails", Amazon SES
    API v2). People at AWS read it.

    `use_case`: what is sent to whom, how recipients signed up, what happens on bounces and
    complaints. `contacts`: who hears of the review, beside the account's owner.
    """

    mail_type: Literal["TRANSACTIONAL", "MARKETING"]
    website: Annotated[str, Field(max_length=1000), AfterValidator(_website)]
    use_case: Annotated[str, Field(min_length=1, max_length=5000)]
    contacts: Annotated[Sequence[MailAddress], Field(max_length=4), AfterValidator(tuple)] = ()
    language: Literal["EN", "JA"] = "EN"


@word
class SesAccount:
    """Settings of the whole account in a region, for everybody who sends from it. What is None
    stays as it is.

    `suppression`: the reasons for which SES suppresses a recipient. `vdm`: the Virtual
    Deliverability Manager, which costs extra. `production`: asked for while the account is in
    the sandbox, and never twice.
    """

    suppression: Reasons | None = None
    vdm: bool | None = None
    production: ProductionAccess | None = None
