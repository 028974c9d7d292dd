"""SES v2's operations, as boto3 names their parameters and results.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
An address identity waits for a click that never comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.aws import identity_view as view
from lab.aws.configuration_sets import ConfigurationSets
from lab.aws.errors import ApiError, NotEmulatedError
from lab.aws.identities import Identities
from lab.aws.identity import Identity, checked
from lab.aws.identity_dkim import configured

Params = Mapping[str, Any]
Result = dict[str, Any]


class SesV2:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities, sets: ConfigurationSets) -> None:
        self._identities = identities
        self._sets = sets

    def create_email_identity(self, region: str, params: Params) -> Result:
        if params.get("ConfigurationSetName"):
            self._sets.get(region, params["ConfigurationSetName"])
        new = Identity(
            name=checked(params["EmailIdentity"]),
            region=region,
            tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()},
            configuration_set=params.get("ConfigurationSetName"),
        )
        configured(new, params.get("DkimSigningAttributes") or {}, self._identities)
        identity = self._identities.create(new)
        return {
            "IdentityType": view.type_of(identity),
            "VerifiedForSendingStatus": identity.verified is not None,
            "DkimAttributes": view.dkim_attributes(identity),
        }

    def get_email_identity(self, region: str, params: Params) -> Result:
        identity = self._identities.get(region, params["EmailIdentity"])
        found = {
            "IdentityType": view.type_of(identity),
            "FeedbackForwardingStatus": identity.forwarding,
            "VerifiedForSendingStatus": identity.verified is not None,
            "DkimAttributes": view.dkim_attributes(identity),
            "MailFromAttributes": view.mail_from_attributes(identity),
            "Policies": dict(identity.policies),
            "Tags": view.tag_list(identity),
            "VerificationStatus": view.status(identity),
            "VerificationInfo": view.verification_info(identity),
        }
        if identity.configuration_set:
            found["ConfigurationSetName"] = identity.configuration_set
        return found

    def delete_email_identity(self, region: str, params: Params) -> Result:
        self._identities.delete(region, params["EmailIdentity"])
        return {}

    def list_email_identities(self, region: str, params: Params) -> Result:
        """Pages of at most 1,000; the token is the first name of the next page."""
        if params.get("Filter"):
            raise NotEmulatedError("ListEmailIdentities with a filter")
        size = int(params.get("PageSize") or 1000)
        if not 0 < size <= 1000:
            raise ApiError("BadRequestException", f"PageSize must be from 1 to 1000, not {size}")
        start = params.get("NextToken") or ""
        rest = [found for found in self._identities.listed(region) if found.name >= start]
        page: Result = {"EmailIdentities": [view.identity_info(found) for found in rest[:size]]}
        if len(rest) > size:
            page["NextToken"] = rest[size].name
        return page
