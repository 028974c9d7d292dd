"""SES identities of domains, and the records that verify them."""

from dataclasses import dataclass
from typing import Any

from mailfleet.dns.records import RecordSet
from mailfleet.plan import KNOWN_AFTER_APPLY
from mailfleet.shown import Shown

DKIM_KEY_LENGTH = "RSA_2048_BIT"
TOKENS = 3  # Easy DKIM always has three ("Easy DKIM in Amazon SES")


@dataclass(frozen=True)
class Identity(Shown):
    """A domain identity with Easy DKIM, as far as we look at it.

    `status` and `dkim_status` are PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE or NOT_STARTED;
    `signing_zone` is where the DKIM CNAMEs point: it differs between regions.
    """

    tokens: tuple[str, ...]
    signing_zone: str
    status: str = "PENDING"
    dkim_status: str = "PENDING"
    error: str | None = None

    @property
    def verified(self) -> bool:
        """Whether SES accepts mail from the domain and signs it as the domain."""
        return self.status == self.dkim_status == "SUCCESS"

    @property
    def shown_status(self) -> str:
        why = f" ({self.error})" if self.error else ""
        return f"{self.status}, DKIM {self.dkim_status}{why}"


def from_ses(answer: dict[str, Any]) -> Identity:
    """An answer of GetEmailIdentity or CreateEmailIdentity (Amazon SES API v2)."""
    dkim = answer["DkimAttributes"]
    return Identity(
        tokens=tuple(dkim.get("Tokens", ())),
        signing_zone=dkim.get("SigningHostedZone", "dkim.amazonses.com"),
        status=answer.get("VerificationStatus", "PENDING"),
        dkim_status=dkim.get("Status", "PENDING"),
        error=answer.get("VerificationInfo", {}).get("ErrorType"),
    )


def dkim_records(domain: str, identity: Identity | None) -> tuple[RecordSet, ...]:
    """The CNAMEs under which receivers find the keys that SES signs with.

    Of an identity that does not exist yet they are not known: the records then say so.
    """
    if identity is None:
        return _unknown_dkim_records(domain)
    return tuple(
        RecordSet(
            name=f"{token}._domainkey.{domain}",
            type="CNAME",
            values=(f"{token}.{identity.signing_zone}.",),
        ).normal()
        for token in identity.tokens
    )


def _unknown_dkim_records(domain: str) -> tuple[RecordSet, ...]:
    return tuple(
        RecordSet(
            name=f"{KNOWN_AFTER_APPLY}._domainkey.{domain} {number}/{TOKENS}",
            type="CNAME",
            values=(KNOWN_AFTER_APPLY,),
        )
        for number in range(1, TOKENS + 1)
    )


def settings_text(domain: str) -> str:
    """What we ask SES for, as a plan shows it."""
    return f"Easy DKIM, {DKIM_KEY_LENGTH}\nidentity {domain}"
