"""Where a secret is kept. A policy refers to secrets and never holds one."""

import re
from typing import Any, Literal, cast, get_args

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from mailfleet.policy.errors import PolicyError
from mailfleet.policy.schema import policy_class

Scheme = Literal["aws", "env", "file", "ssm"]
_EXPECTED = (
    'expected secret("aws:NAME") for AWS Secrets Manager, secret("ssm:NAME") for a parameter of '
    'AWS Systems Manager, secret("env:NAME") for an environment variable, or secret("file:PATH"), '
    "both of the machine that deploys"
)
_NAME = re.compile(r"(?!-)[A-Za-z0-9/_+=.@~-]+")


@policy_class
class Secret:
    """A reference to a secret: the store that it is in, and its name there."""

    scheme: Scheme
    name: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"


def secret(reference: str) -> Secret:
    """A reference to a secret: `secret("aws:NAME")` in AWS Secrets Manager, `secret("ssm:NAME")` a
    parameter of AWS Systems Manager, or on the machine that deploys `secret("env:NAME")`, an
    environment variable, or `secret("file:PATH")`.

    Anything else is a PolicyError that does not repeat it: it may be the password itself.
    """
    scheme, colon, name = reference.partition(":")
    if not colon or scheme not in get_args(Scheme) or not _NAME.fullmatch(name):
        raise PolicyError(f"secret(...): found no reference to a secret, {_EXPECTED}")
    return Secret(cast(Scheme, scheme), name)


def refuse_literals(value: Any) -> Any:
    if not isinstance(value, Secret):
        raise PydanticCustomError(
            "literal_password", "found a literal value instead of a reference, " + _EXPECTED
        )
    return value


NotALiteral = BeforeValidator(refuse_literals)
