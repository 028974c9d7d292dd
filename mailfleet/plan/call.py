"""One call of the AWS API as plain data, with its answer once there is one."""

import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

MASKED = "*MASKED*"


@dataclass(frozen=True)
class SecretValue:
    """A parameter's value that is sent as it is and shown as *MASKED*."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return MASKED


@dataclass(eq=False)
class AwsCall:
    """`AwsCall("sesv2", "CreateEmailIdentity", {...}, region="us-east-1")`.

    Whoever carries it out (see mailfleet.aws.connector) puts what AWS answered into `response`. A
    string among the parameters may be a SecretValue.

    `absent` lists the error codes that mean "there is none": the answer is then None, the call has
    succeeded, and `error` says what AWS said. So it is with those in `repeated`, if the request had
    to be sent again: it may have been carried out at first (mailfleet.aws.repeated_writes). `paged`
    names the list that all pages of the answer are joined to: the answer is then that list. A read
    that is `fresh` asks AWS even when the answer is known. `account` names another account of the
    inventory that is to be asked in this one's place.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    region: str | None = None
    absent: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    paged: str | None = None
    fresh: bool = False
    account: str = ""
    response: Any = None
    error: str | None = None
    answered: bool = False
    """whether it was carried out; not while it is only counted"""
    attempts: int = 0
    """how often it was sent"""

    def __str__(self) -> str:
        shown = [f"{key}={_shown(value)}" for key, value in self.parameters.items()]
        return " ".join([self.name, *shown, *([f"region={self.region}"] if self.region else [])])

    @property
    def name(self) -> str:
        """The call as AWS's documentation writes it: service:Operation."""
        return f"{self.service}:{self.operation}"

    @property
    def key(self) -> str:
        """What makes two reads the same read."""
        return json.dumps([self.service, self.operation, self.parameters, self.region], default=str)

    @property
    def unanswered(self) -> bool:
        """Whether it was sent, and nothing is known of what came of it but that it succeeded."""
        return self.attempts > 0 and self.response is None

    @property
    def is_read(self) -> bool:
        return self.operation.startswith(("Get", "List", "Describe"))

    def unmasked(self) -> dict[str, Any]:
        """The parameters as they are sent. Never print these."""
        return {key: _unmask(value) for key, value in self.parameters.items()}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str).strip('"')


def _unmask(value: Any) -> Any:
    if isinstance(value, SecretValue):
        return value.text
    if isinstance(value, Mapping):
        return {key: _unmask(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unmask(inner) for inner in value]
    return value
