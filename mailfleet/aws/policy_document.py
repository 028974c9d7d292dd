"""The document that lets somebody send as an identity ("Amazon SES policy anatomy" and "Sending
policy examples", Amazon SES Developer Guide)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mailfleet.policy import Delegate

MOST_BYTES = 4096  # "CreateEmailIdentityPolicy", Amazon SES API v2: 4 KB
EVERYBODY = "*"

_SENDING = ("ses:sendemail", "ses:sendrawemail")
_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


@dataclass(frozen=True)
class Grant:
    """Who a policy lets send: `principals`, under `conditions` as JSON, "" when there are none."""

    principals: tuple[str, ...]
    conditions: str = ""


def document(delegate: Delegate, arn: str) -> str:
    """What lets the delegate send as the identity of that ARN."""
    addresses = list(delegate.from_addresses)
    only = {"Condition": {"StringLike": {"ses:FromAddress": addresses}}} if addresses else {}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [delegate.principal]},
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": arn,
        **only,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def pretty(text: str) -> str:
    """A document for people; as it is when it is no JSON."""
    try:
        return json.dumps(json.loads(text), indent=2)
    except ValueError:
        return text


def same(one: str, other: str) -> bool:
    """Whether two documents say the same. AWS may write an account as the ARN of its root, a list
    of one as a string, and lists in another order."""
    return one == other or _normal(_statements(one)) == _normal(_statements(other)) != []


def grants(text: str) -> Iterator[Grant]:
    """Whom a document lets send."""
    for statement in _statements(text):
        actions = [str(action).lower() for action in _listed(statement.get("Action"))]
        sends = any(fnmatchcase(sending, action) for sending in _SENDING for action in actions)
        if statement.get("Effect") == "Allow" and sends:
            condition = statement.get("Condition")
            conditions = json.dumps(condition) if condition else ""
            principals = _principals(statement.get("Principal")).values()
            yield Grant(tuple(name for names in principals for name in names), conditions)


def _statements(text: str) -> list[dict[str, Any]]:
    """Its statements; none of what is no policy document, which SES does not take anyway."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    statements = _listed(found.get("Statement")) if isinstance(found, dict) else []
    return [statement for statement in statements if isinstance(statement, dict)]


def _principals(principal: Any) -> dict[str, list[str]]:
    """Who, by what they are: AWS, Service."""
    by_kind = principal if isinstance(principal, dict) else {"AWS": principal}
    return {
        kind: sorted(_ROOT.sub(r"\1", str(name)) for name in _listed(names))
        for kind, names in by_kind.items()
    }


def _normal(statements: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(_normal_statement(each), sort_keys=True) for each in statements)


def _normal_statement(statement: dict[str, Any]) -> dict[str, Any]:
    known = {"Principal": _principals(statement.get("Principal"))}
    rest = {key: value for key, value in statement.items() if key not in ("Sid", "Principal")}
    actions = {"Action": sorted(str(one).lower() for one in _listed(statement.get("Action")))}
    return {**{key: _sorted(value) for key, value in rest.items()}, **known, **actions}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    return sorted(str(one) for one in _listed(value))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
