"""SES identities, as SES has them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailfleet.aws.dkim import TOKENS, dkim_from_ses, is_rotating
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.aws.ses_tags import STAMP, TAG
from mailfleet.json_fact import JsonFact


@dataclass(frozen=True)
class Identity(JsonFact):
    """An identity of a domain or an address, as far as we look at it.

    Statuses are PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE or NOT_STARTED; `signing_zone` is
    where the DKIM CNAMEs point: it differs between regions; `policies` let others send as it, by
    name. While the keys are `rotating`, mail is signed with those of before. Of one that is not
    `complete` neither key length nor configuration set nor policies were read.
    """

    tokens: tuple[str, ...]
    signing_zone: str
    status: str = "PENDING"
    dkim_status: str = "PENDING"
    error: str | None = None
    signing: bool = True
    rotating: bool = False
    mail_from_status: str | None = None
    settings: Settings = field(default_factory=Settings)
    policies: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True

    @property
    def verified(self) -> bool:
        """Whether SES accepts mail from the domain and signs it as the domain."""
        still = self.rotating and self.dkim_status != "FAILED"
        signed = self.signing and (self.dkim_status == "SUCCESS" or still)
        return self.status == "SUCCESS" and signed and not self.rejects

    @property
    def rejects(self) -> bool:
        """Whether SES refuses all mail, because it does not find the MAIL FROM domain's MX."""
        mail_from = self.settings.mail_from
        return mail_from is not None and mail_from.strict and self.mail_from_status != "SUCCESS"

    @property
    def shown_status(self) -> str:
        why = f" ({self.error})" if self.error else ""
        also = f", MAIL FROM {self.mail_from_status}" if self.rejects else ""
        off = "" if self.signing else " and switched off"
        return f"{self.status}, DKIM {self.dkim_status}{off}{also}{why}"


def likely_identity(id: str) -> Identity:
    """What SES is going to make, as long as it mostly is: to be counted with, and nothing else."""
    tokens = (hashlib.sha256(f"{id}/{n}".encode()).hexdigest()[:32] for n in range(TOKENS))
    return Identity(() if "@" in id else tuple(tokens), "dkim.amazonses.com")


def from_ses(answer: dict[str, Any]) -> Identity:
    """An answer of GetEmailIdentity or CreateEmailIdentity (Amazon SES API v2)."""
    dkim = answer["DkimAttributes"]
    mail_from = answer.get("MailFromAttributes", {})
    tags = {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
    return Identity(
        tokens=tuple(dkim.get("Tokens", ())),
        signing_zone=dkim.get("SigningHostedZone", "dkim.amazonses.com"),
        status=answer.get("VerificationStatus", "PENDING"),
        dkim_status=dkim.get("Status", "PENDING"),
        error=answer.get("VerificationInfo", {}).get("ErrorType"),
        signing=dkim.get("SigningEnabled", True),
        rotating=is_rotating(dkim),
        mail_from_status=mail_from.get("MailFromDomainStatus"),
        settings=Settings(
            mail_from=_mail_from(mail_from),
            configuration_set=answer.get("ConfigurationSetName"),
            fleet=tags.get(TAG),
            dkim=None if answer.get("IdentityType") == "EMAIL_ADDRESS" else dkim_from_ses(dkim),
            stamp=tags.get(STAMP),
        ),
        policies=answer.get("Policies", {}),
    )


def _mail_from(attributes: dict[str, Any]) -> MailFrom | None:
    if not attributes.get("MailFromDomain"):
        return None
    return MailFrom(
        domain=attributes["MailFromDomain"].lower(),
        on_mx_failure=attributes["BehaviorOnMxFailure"],
        failed=attributes["MailFromDomainStatus"] == "FAILED",
    )
