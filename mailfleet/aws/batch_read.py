"""What SES says of a hundred identities in one call, and when that suffices for a plan.

The batch getters of SES v1 see neither the signing zone nor the configuration set
("GetIdentityDkimAttributes" and "GetIdentityMailFromDomainAttributes", Amazon SES API Reference).
GetEmailIdentity does, for one identity a call; SES answers one call a second. So what we set is
also kept as a tag: "GetResources" (Resource Groups Tagging API) lists the tags of a hundred.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailfleet.aws.dkim import DEFAULT, OWN, Dkim, published_key
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.aws.ses_tags import STAMP, TAG
from mailfleet.dns.records import RecordSet, normal_name

BATCH = 100  # identities that a getter of SES v1 takes

_STATUSES = {
    "Pending": "PENDING",
    "Success": "SUCCESS",
    "Failed": "FAILED",
    "TemporaryFailure": "TEMPORARY_FAILURE",
    "NotStarted": "NOT_STARTED",
}
_BEHAVIOURS = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}


def from_batch_read(
    status: str,
    dkim: Mapping[str, Any],
    mail_from: Mapping[str, Any],
    tags: Mapping[str, str],
) -> Identity:
    """One identity of ListEmailIdentities, of the two batch getters, and of those with a tag of
    mailfleet's. It is not `complete`."""
    domain = mail_from.get("MailFromDomain")
    mail_from_status = _STATUSES.get(mail_from.get("MailFromDomainStatus", ""))
    return Identity(
        tokens=tuple(dkim.get("DkimTokens", ())),
        signing_zone="",
        status=status,
        dkim_status=_STATUSES.get(dkim["DkimVerificationStatus"], "PENDING"),
        signing=dkim["DkimEnabled"],
        mail_from_status=mail_from_status,
        settings=Settings(
            domain
            and MailFrom(
                domain.lower(),
                _BEHAVIOURS.get(mail_from["BehaviorOnMXFailure"], ""),
                mail_from_status == "FAILED",
            ),
            fleet=tags.get(TAG),
            stamp=tags.get(STAMP),
        ),
        complete=False,
    )


def if_sufficient(
    identity: Identity,
    name: str,
    region: str,
    desired: Settings,
    zone: Mapping[str, RecordSet],
    inherits: bool = False,
) -> Identity | None:
    """The identity with its signing zone, if the batch read suffices for a plan; otherwise None.

    It does not when no tag says that mailfleet owns the identity (tags are found some time after
    they were written), when it differs from the policy or has no stamp, when SES has not verified
    all of it, when its CNAMEs don't show the signing zone, or when the policy asks for another
    length of keys. An address has no CNAMEs. `inherits`: its tokens are those of the same identity
    in another region.
    """
    found = identity.settings
    if found.fleet != desired.fleet or found.mail_from != desired.mail_from:
        return None
    if desired.stamp and found.stamp != desired.stamp:
        return None
    if "@" in name:
        return identity if identity.status == "SUCCESS" else None
    if not identity.verified:
        return None
    if desired.dkim and desired.dkim.origin == OWN:
        return identity if _has_key(identity, name, desired.dkim, zone) else None
    if desired.dkim and desired.dkim.parent:
        return identity if inherits else None
    if inherits or desired.dkim not in (None, DEFAULT):
        return None
    signing_zone = common_signing_zone(identity.tokens, name, region, zone)
    return replace(identity, signing_zone=signing_zone) if signing_zone else None


def _has_key(identity: Identity, domain: str, desired: Dkim, zone: Mapping[str, RecordSet]) -> bool:
    """Whether it signs with the policy's own key: SES says the selector, and has found it."""
    selector = str(desired.selector)
    published = published_key(domain, selector, zone)
    return identity.tokens == (selector,) and desired.public == published is not None


def common_signing_zone(
    tokens: tuple[str, ...], domain: str, region: str, zone: Mapping[str, RecordSet]
) -> str | None:
    """Where all of the domain's DKIM CNAMEs point, if that is a signing zone of the region.

    There are two forms of it ("DKIM domains", Amazon SES endpoints and quotas). SES has found
    the right one at all of these names, or it would not call DKIM verified.
    """
    zones = set()
    for token in tokens:
        record = zone.get(f"CNAME {token.lower()}._domainkey.{domain}")
        target = normal_name(record.values[0]) if record and len(record.values) == 1 else ""
        selector, _, signing_zone = target.partition(".")
        zones.add(signing_zone if selector == token.lower() else None)
    signing_zones = {"dkim.amazonses.com", f"dkim.{region}.amazonses.com"}
    return zones.pop() if len(zones) == 1 and zones <= signing_zones else None
