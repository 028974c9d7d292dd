"""An SES identity in the shapes of the SES v2 API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lab.aws.dkim_keys import EASY, OWN
from lab.aws.identity import Identity, signing_zone

Result = dict[str, Any]


def type_of(identity: Identity) -> str:
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"


def status(identity: Identity) -> str:
    return "PENDING" if identity.verified is None else "SUCCESS"


def dkim_attributes(identity: Identity) -> Result:
    if not identity.is_domain:
        return {
            "SigningEnabled": identity.signing,
            "Status": "NOT_STARTED",
            "SigningAttributesOrigin": "AWS_SES",
        }
    keys = identity.awaited
    told: Result = {
        "SigningEnabled": identity.signing,
        "Status": "PENDING" if keys.found is None else "SUCCESS",
        "Tokens": list(keys.tokens),
        "SigningHostedZone": signing_zone(identity.key_region),
        "SigningAttributesOrigin": keys.origin,
    }
    if identity.parent:
        region = identity.key_region.upper().replace("-", "_")
        told["SigningAttributesOrigin"] = f"{EASY}_{region}"
    if keys.origin != OWN:
        told |= {
            "NextSigningKeyLength": keys.length,
            "CurrentSigningKeyLength": identity.keys.length,
            "LastKeyGenerationTimestamp": _when(identity.created),
        }
    return told


def mail_from_attributes(identity: Identity) -> Result:
    """Without a MAIL FROM domain AWS still tells the behaviour."""
    told: Result = {"BehaviorOnMxFailure": identity.on_mx_failure}
    if identity.mail_from is None:
        return told
    status = "SUCCESS" if identity.mail_from_found else "PENDING"
    return told | {"MailFromDomain": identity.mail_from, "MailFromDomainStatus": status}


def verification_info(identity: Identity) -> Result:
    info: Result = {"LastCheckedTimestamp": datetime.now(UTC)}
    if identity.verified is not None:
        info["LastSuccessTimestamp"] = _when(identity.verified)
    elif identity.awaited.error:
        info["ErrorType"] = identity.awaited.error
    return info


def identity_info(identity: Identity) -> Result:
    return {
        "IdentityType": type_of(identity),
        "IdentityName": identity.name,
        "SendingEnabled": identity.verified is not None,
        "VerificationStatus": status(identity),
    }


def tag_list(identity: Identity) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in identity.tags.items()]


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
