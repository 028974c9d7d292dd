"""A plan is data: what would change, where, from what to what."""

from dataclasses import dataclass
from typing import Literal

KNOWN_AFTER_APPLY = "(known after apply)"
SECRET = "(secret)"  # noqa: S105
SECRET_CHANGED = "(secret, changed)"  # noqa: S105

Action = Literal["create", "update", "delete", "run"]

KIND_NAMES = {
    "dedicated ip pool": "dedicated IP pool",
    "dns record": "DNS record",
    "iam policy": "IAM policy",
    "iam user": "IAM user",
    "identity": "SES identity",
    "ses account": "SES account setting",
}


def kind_name(kind: str) -> str:
    """A kind as people write it."""
    return KIND_NAMES.get(kind, kind)


@dataclass(frozen=True)
class Change:
    """One change of one thing on one host (`@aws` for an account).

    `before` and `after` are the thing as text: None where it does not exist, and never a
    secret, but SECRET or SECRET_CHANGED. What an earlier step decides is KNOWN_AFTER_APPLY.
    """

    host: str
    kind: str
    id: str
    action: Action
    before: str | None
    after: str | None
