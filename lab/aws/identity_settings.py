"""SES v2's operations that set something of an identity: MAIL FROM domain, configuration set.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.aws.configuration_sets import ConfigurationSets
from lab.aws.errors import ApiError
from lab.aws.identities import Identities

Params = Mapping[str, Any]
Result = dict[str, Any]


class IdentitySettings:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities, sets: ConfigurationSets) -> None:
        self._identities = identities
        self._sets = sets

    def put_email_identity_mail_from_attributes(self, region: str, params: Params) -> Result:
        """Without a MailFromDomain there is none from then on; with one SES looks anew.

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityMailFromAttributes.html
        """
        identity = self._identities.get(region, params["EmailIdentity"])
        behaviour = params.get("BehaviorOnMxFailure") or "USE_DEFAULT_VALUE"
        if behaviour not in ("USE_DEFAULT_VALUE", "REJECT_MESSAGE"):
            raise ApiError("BadRequestException", f"Invalid BehaviorOnMxFailure {behaviour}")
        domain = (params.get("MailFromDomain") or "").lower()
        if domain and not domain.endswith(f".{identity.domain}"):
            raise ApiError(
                "BadRequestException",
                f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the "
                f"identity <{identity.name}>.",
            )
        identity.mail_from = domain or None
        identity.on_mx_failure = behaviour
        identity.mail_from_found = False
        return {}

    def put_email_identity_configuration_set_attributes(
        self, region: str, params: Params
    ) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityConfigurationSetAttributes.html"""
        identity = self._identities.get(region, params["EmailIdentity"])
        name = params.get("ConfigurationSetName")
        if name:
            self._sets.get(region, name)
        identity.configuration_set = name or None
        return {}
