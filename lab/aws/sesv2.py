"""SES v2's operations, as boto3 names their parameters and results.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
Easy DKIM only: bring-your-own and deterministic DKIM are refused as not emulated. An address
identity waits for a click that never comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lab.aws.errors import ApiError, NotEmulatedError
from lab.aws.identities import KEY_LENGTHS, Identities, Identity, checked, signing_zone

Params = Mapping[str, Any]
Result = dict[str, Any]

SEND_QUOTA = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}


class SesV2:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities, account_id: str) -> None:
        self._identities = identities
        self._account_id = account_id

    def create_email_identity(self, region: str, params: Params) -> Result:
        attributes = params.get("DkimSigningAttributes") or {}
        length = _key_length(attributes)
        identity = self._identities.create(
            Identity(
                name=checked(params["EmailIdentity"]),
                region=region,
                key_length=length,
                next_key_length=length,
                tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()},
                configuration_set=params.get("ConfigurationSetName"),
            )
        )
        return {
            "IdentityType": _type(identity),
            "VerifiedForSendingStatus": identity.verified is not None,
            "DkimAttributes": _dkim(identity),
        }

    def get_email_identity(self, region: str, params: Params) -> Result:
        identity = self._identities.get(region, params["EmailIdentity"])
        found = {
            "IdentityType": _type(identity),
            "FeedbackForwardingStatus": True,
            "VerifiedForSendingStatus": identity.verified is not None,
            "DkimAttributes": _dkim(identity),
            "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
            "Policies": {},
            "Tags": _tags(identity),
            "VerificationStatus": _status(identity),
            "VerificationInfo": _verification(identity),
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
        page: Result = {"EmailIdentities": [_listed(found) for found in rest[:size]]}
        if len(rest) > size:
            page["NextToken"] = rest[size].name
        return page

    def put_email_identity_dkim_attributes(self, region: str, params: Params) -> Result:
        identity = self._identities.get(region, params["EmailIdentity"])
        identity.signing = bool(params.get("SigningEnabled"))
        return {}

    def put_email_identity_dkim_signing_attributes(self, region: str, params: Params) -> Result:
        """A new key length shows as the next one; the rotation itself is not emulated."""
        identity = self._identities.get(region, params["EmailIdentity"])
        if params["SigningAttributesOrigin"] != "AWS_SES":
            raise NotEmulatedError(f"DKIM from {params['SigningAttributesOrigin']}")
        identity.next_key_length = _key_length(params.get("SigningAttributes") or {})
        return {
            "DkimStatus": _dkim(identity)["Status"],
            "DkimTokens": list(identity.tokens),
            "SigningHostedZone": signing_zone(region),
        }

    def get_account(self, region: str, params: Params) -> Result:
        return {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": "HEALTHY",
            "ProductionAccessEnabled": True,
            "SendQuota": dict(SEND_QUOTA),
            "SendingEnabled": True,
            "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        }

    def tag_resource(self, region: str, params: Params) -> Result:
        tags = self._tagged(region, params).tags
        tags |= {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        return {}

    def untag_resource(self, region: str, params: Params) -> Result:
        tags = self._tagged(region, params).tags
        for key in params["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, region: str, params: Params) -> Result:
        return {"Tags": _tags(self._tagged(region, params))}

    def _tagged(self, region: str, params: Params) -> Identity:
        arn: str = params["ResourceArn"]
        prefix = f"arn:aws:ses:{region}:{self._account_id}:identity/"
        if not arn.startswith("arn:aws:ses:") or ":identity/" not in arn:
            raise NotEmulatedError(f"tags of {arn}")
        if not arn.startswith(prefix):
            raise ApiError("NotFoundException", f"No such resource: {arn}", 404)
        return self._identities.get(region, arn.removeprefix(prefix))


def _key_length(attributes: Params) -> str:
    strange = set(attributes) - {"NextSigningKeyLength", "DomainSigningAttributesOrigin"}
    if strange or attributes.get("DomainSigningAttributesOrigin", "AWS_SES") != "AWS_SES":
        raise NotEmulatedError("DKIM other than Easy DKIM")
    length = str(attributes.get("NextSigningKeyLength", "RSA_2048_BIT"))
    if length not in KEY_LENGTHS:
        raise ApiError("BadRequestException", f"Invalid NextSigningKeyLength {length}")
    return length


def _type(identity: Identity) -> str:
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"


def _status(identity: Identity) -> str:
    return "PENDING" if identity.verified is None else "SUCCESS"


def _dkim(identity: Identity) -> Result:
    if not identity.is_domain:
        return {
            "SigningEnabled": False,
            "Status": "NOT_STARTED",
            "SigningAttributesOrigin": "AWS_SES",
        }
    return {
        "SigningEnabled": identity.signing,
        "Status": _status(identity),
        "Tokens": list(identity.tokens),
        "SigningHostedZone": signing_zone(identity.region),
        "SigningAttributesOrigin": "AWS_SES",
        "NextSigningKeyLength": identity.next_key_length,
        "CurrentSigningKeyLength": identity.key_length,
        "LastKeyGenerationTimestamp": _when(identity.created),
    }


def _verification(identity: Identity) -> Result:
    info: Result = {"LastCheckedTimestamp": datetime.now(UTC)}
    if identity.verified is not None:
        info["LastSuccessTimestamp"] = _when(identity.verified)
    elif identity.error:
        info["ErrorType"] = identity.error
    return info


def _listed(identity: Identity) -> Result:
    return {
        "IdentityType": _type(identity),
        "IdentityName": identity.name,
        "SendingEnabled": identity.verified is not None,
        "VerificationStatus": _status(identity),
    }


def _tags(identity: Identity) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in identity.tags.items()]


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
