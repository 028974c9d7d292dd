"""SES v1's getters that answer for 100 identities at once.

https://docs.aws.amazon.com/ses/latest/APIReference/API_Operations.html
They know identities of either API. One that does not exist is left out of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lab.aws import identity_view as view
from lab.aws.errors import ApiError
from lab.aws.identities import Identities
from lab.aws.identity import Identity, normal

Params = Mapping[str, Any]
Result = dict[str, Any]

MOST = 100
_STATUSES = {"PENDING": "Pending", "SUCCESS": "Success", "NOT_STARTED": "NotStarted"}
_BEHAVIOURS = {"USE_DEFAULT_VALUE": "UseDefaultValue", "REJECT_MESSAGE": "RejectMessage"}


class Ses:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def get_identity_verification_attributes(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityVerificationAttributes.html"""
        found = {
            name: {"VerificationStatus": _STATUSES[view.status(identity)]}
            for name, identity in self._asked(region, params)
        }
        return {"VerificationAttributes": found}

    def get_identity_dkim_attributes(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityDkimAttributes.html"""
        found = {name: _dkim(identity) for name, identity in self._asked(region, params)}
        return {"DkimAttributes": found}

    def get_identity_mail_from_domain_attributes(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityMailFromDomainAttributes.html"""
        found = {name: _mail_from(identity) for name, identity in self._asked(region, params)}
        return {"MailFromDomainAttributes": found}

    def get_identity_notification_attributes(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityNotificationAttributes.html"""
        found = {name: _notifications(identity) for name, identity in self._asked(region, params)}
        return {"NotificationAttributes": found}

    def _asked(self, region: str, params: Params) -> Iterator[tuple[str, Identity]]:
        names = params.get("Identities") or []
        if len(names) > MOST:
            raise ApiError("InvalidParameterValue", f"More than {MOST} identities: {len(names)}")
        known = {identity.name: identity for identity in self._identities.listed(region)}
        return ((name, known[normal(name)]) for name in names if normal(name) in known)


def _dkim(identity: Identity) -> Result:
    attributes = view.dkim_attributes(identity)
    return {
        "DkimEnabled": attributes["SigningEnabled"],
        "DkimVerificationStatus": _STATUSES[attributes["Status"]],
        "DkimTokens": attributes.get("Tokens", []),
    }


def _notifications(identity: Identity) -> Result:
    topics = {f"{type_}Topic": topic for type_, topic in identity.topics.items()}
    return {"ForwardingEnabled": identity.forwarding, **topics}


def _mail_from(identity: Identity) -> Result:
    attributes = view.mail_from_attributes(identity)
    told = {"BehaviorOnMXFailure": _BEHAVIOURS[attributes["BehaviorOnMxFailure"]]}
    if identity.mail_from is not None:
        told["MailFromDomain"] = identity.mail_from
        told["MailFromDomainStatus"] = _STATUSES[attributes["MailFromDomainStatus"]]
    return told
