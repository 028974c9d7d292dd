"""Whether an IAM user's policies allow a mail: what SES asks IAM for ses:SendRawEmail.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policy-examples.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lab.smtp.service import RefusedError

ACTION = "ses:SendRawEmail"


def check(
    policies: Iterable[Mapping[str, Any]], user_arn: str, resource: str, context: Mapping[str, str]
) -> None:
    """Raises RefusedError as SES words it unless a statement allows and none denies.

    `context` holds the condition keys of the mail, such as ses:FromAddress.
    """
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _as_list(policy.get("Statement"))
        if _any(statement.get("Action"), ACTION.lower(), lower=True)
        and _any(statement.get("Resource"), resource)
        and _holds(statement.get("Condition", {}), context)
    }
    if "Allow" not in effects or "Deny" in effects:
        raise RefusedError(
            f"554 Access denied: User `{user_arn}' is not authorized to perform `{ACTION}' on "
            f"resource `{resource}'"
        )


def _holds(condition: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """All operators and keys must hold; of a key's values one is enough. A key that the request
    does not have matches nothing."""
    for operator, keys in condition.items():
        if operator not in _OPERATORS:
            raise RefusedError(f"451 the lab does not emulate the condition {operator}")
        for key, values in keys.items():
            found = next((v for k, v in context.items() if k.lower() == key.lower()), None)
            if found is None or not any(
                _OPERATORS[operator](str(value), found) for value in _as_list(values)
            ):
                return False
    return True


def _like(pattern: str, value: str) -> bool:
    """`*` stands for any characters, `?` for one; case counts."""
    parts = re.split(r"([*?])", pattern)
    expression = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(expression, value, re.DOTALL) is not None


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": _like,
}


def _any(patterns: Any, value: str, *, lower: bool = False) -> bool:
    return any(_like(p.lower() if lower else p, value) for p in _as_list(patterns))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
