"""SES v2's operations that say how an identity's mail is signed.

https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from lab.aws import identity_view as view
from lab.aws.dkim_keys import DAY, EASY, OWN, DkimKeys, asked
from lab.aws.errors import ApiError
from lab.aws.identities import Identities
from lab.aws.identity import Identity

Params = Mapping[str, Any]
Result = dict[str, Any]


class IdentityDkim:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def put_email_identity_dkim_attributes(self, region: str, params: Params) -> Result:
        identity = self._identities.get(region, params["EmailIdentity"])
        identity.signing = bool(params.get("SigningEnabled"))
        return {}

    def put_email_identity_dkim_signing_attributes(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityDkimSigningAttributes.html"""
        identity = self._identities.get(region, params["EmailIdentity"])
        attributes = params.get("SigningAttributes") or {}
        if not identity.is_domain:
            raise ApiError("BadRequestException", f"{identity.name} is not a domain.")
        if attributes.get("DomainSigningAttributesOrigin"):
            raise ApiError("BadRequestException", "Use SigningAttributesOrigin.")
        self._change(identity, attributes, params["SigningAttributesOrigin"])
        told = view.dkim_attributes(self._identities.get(region, identity.name))
        return {
            "DkimStatus": told["Status"],
            "DkimTokens": told["Tokens"],
            "SigningHostedZone": told["SigningHostedZone"],
        }

    def _change(self, identity: Identity, attributes: Params, origin: str) -> None:
        """Only Easy DKIM's keys of before go on signing while others are looked for.

        "Amazon SES will not use Easy DKIM to sign your emails while BYODKIM is being set up":
        https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-bring-your-own.html
        """
        if parent := _parent(origin, identity.name, self._identities):
            identity.parent = parent
            return
        keys = asked(attributes, origin)
        stays = identity.parent is None and identity.own_keys.origin == keys.origin == EASY
        if stays:
            _check_length(identity, keys)
            identity.lengths.append((time.time(), keys.length))
            identity.next_keys = keys
        else:
            identity.retired.append(identity.own_keys)
            identity.own_keys, identity.next_keys, identity.parent = keys, None, None


def configured(identity: Identity, attributes: Params, identities: Identities) -> None:
    """Give a new identity the keys that CreateEmailIdentity asks for."""
    own = attributes.get("DomainSigningSelector") or attributes.get("DomainSigningPrivateKey")
    origin = str(attributes.get("DomainSigningAttributesOrigin") or (OWN if own else EASY))
    identity.parent = _parent(origin, identity.name, identities)
    if identity.parent is None:
        identity.own_keys = asked(attributes, origin)


def _parent(origin: str, name: str, identities: Identities) -> Identity | None:
    """The identity that AWS_SES_<REGION> names; None for the other origins."""
    if origin in (EASY, OWN):
        return None
    if not origin.startswith(f"{EASY}_"):
        raise ApiError("BadRequestException", f"Invalid origin {origin}")
    return identities.parent(origin.removeprefix(f"{EASY}_").lower().replace("_", "-"), name)


def _check_length(identity: Identity, keys: DkimKeys) -> None:
    """ "You can't switch to the same key length as is already configured", nor "more than once in
    a 24 hour period (unless it's the first downgrade to 1024 in that period)".

    https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html
    """
    if keys.length == identity.awaited.length:
        raise ApiError("BadRequestException", f"The key length is {keys.length} already.")
    recent = [length for when, length in identity.lengths if time.time() < when + DAY]
    first_downgrade = keys.length == "RSA_1024_BIT" and keys.length not in recent
    if recent and not first_downgrade:
        raise ApiError("BadRequestException", "The key length was changed in the last 24 hours.")
