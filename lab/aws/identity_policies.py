"""SES v2's operations on the policies of an identity, and what it takes for one.

https://docs.aws.amazon.com/ses/latest/dg/policy-anatomy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lab.aws.errors import ApiError
from lab.aws.identities import Identities
from lab.aws.identity import Identity

Params = Mapping[str, Any]
Result = dict[str, Any]

MOST = 20
MOST_BYTES = 4096
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PRINCIPAL = re.compile(r"\*|[0-9]{12}|arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(root|[a-z-]+/.+)")
_NEEDED = {"Effect", "Principal", "Action", "Resource"}
_KNOWN = _NEEDED | {"Sid", "Condition"}


class IdentityPolicies:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities, account_id: str) -> None:
        self._identities = identities
        self._account_id = account_id

    def create_email_identity_policy(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentityPolicy.html"""
        identity = self._identities.get(region, params["EmailIdentity"])
        if identity.verified is None:
            raise ApiError("BadRequestException", f"Identity {identity.name} is not verified.")
        name = params["PolicyName"]
        if not _NAME.fullmatch(name):
            raise ApiError("BadRequestException", f"Invalid policy name {name}.")
        if name in identity.policies:
            raise ApiError("AlreadyExistsException", f"Policy {name} already exists.")
        if len(identity.policies) >= MOST:
            raise ApiError("LimitExceededException", f"More than {MOST} policies.")
        identity.policies[name] = self._checked(params["Policy"], identity)
        return {}

    def update_email_identity_policy(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_UpdateEmailIdentityPolicy.html"""
        identity = self._with_policy(region, params)
        identity.policies[params["PolicyName"]] = self._checked(params["Policy"], identity)
        return {}

    def delete_email_identity_policy(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DeleteEmailIdentityPolicy.html"""
        del self._with_policy(region, params).policies[params["PolicyName"]]
        return {}

    def get_email_identity_policies(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentityPolicies.html"""
        return {"Policies": dict(self._identities.get(region, params["EmailIdentity"]).policies)}

    def _with_policy(self, region: str, params: Params) -> Identity:
        identity = self._identities.get(region, params["EmailIdentity"])
        if params["PolicyName"] not in identity.policies:
            message = f"Policy {params['PolicyName']} does not exist."
            raise ApiError("NotFoundException", message, 404)
        return identity

    def _checked(self, text: str, identity: Identity) -> str:
        arn = f"arn:aws:ses:{identity.region}:{self._account_id}:identity/{identity.name}"
        wrong = "too long" if len(text.encode()) > MOST_BYTES else _problem(text, arn)
        if wrong:
            raise ApiError("BadRequestException", f"Policy is invalid: {wrong}")
        return text


def _problem(text: str, arn: str) -> str | None:
    """What SES would not take of the document."""
    try:
        document = json.loads(text)
    except ValueError:
        return "no JSON"
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
        return "not a policy document"
    statements = _listed(document.get("Statement"))
    return next(
        (wrong for statement in statements if (wrong := _statement_problem(statement, arn))),
        None if statements else "no statement",
    )


def _statement_problem(statement: Any, arn: str) -> str | None:
    if not isinstance(statement, dict) or not _NEEDED <= set(statement) <= _KNOWN:
        return f"a statement needs {', '.join(sorted(_NEEDED))}"
    if statement["Effect"] not in ("Allow", "Deny"):
        return "invalid effect"
    if not all(str(action).lower().startswith("ses:") for action in _listed(statement["Action"])):
        return "invalid action"
    if _listed(statement["Resource"]) != [arn]:
        return "invalid resource"
    return None if _is_principal(statement["Principal"]) else "invalid principal"


def _is_principal(principal: Any) -> bool:
    if not isinstance(principal, dict):
        return bool(principal == "*")
    named = _listed(principal.get("AWS"))
    return set(principal) <= {"AWS", "Service"} and all(_PRINCIPAL.fullmatch(str(p)) for p in named)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
