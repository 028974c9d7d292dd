"""One call of the AWS API, as a pyinfra command."""

import json
from collections.abc import Mapping
from typing import Any

from pyinfra.api.command import StringCommand
from pyinfra.api.hiddenvalue import HiddenValue


class AwsCall(StringCommand):
    """`AwsCall("sesv2", "CreateEmailIdentity", {...}, region="us-east-1")`.

    Yielded by an operation or returned as a fact's command, it is carried out by the @aws
    connector, which puts what AWS answered into `response`. A parameter that is a HiddenValue
    is sent as it is and shown as *MASKED*.

    `absent` lists the error codes that mean "there is none": the answer is then None, the call has
    succeeded, and `error` says what AWS said. So it is with those in `repeated`, if the request
    had to be sent again: it may have been carried out at first (see lost_answers). `paged` names
    the list that all pages of the answer are joined to: the answer is then that list. A read that
    is `fresh` asks AWS even when the answer is known. `account` names another account of the
    inventory that is to be asked in this one's place.
    """

    response: Any = None
    error: str | None = None
    answered = False  # while it is only planned
    attempts = 0
    """how often it was sent; 0 while pyinfra only asks whether anything changes"""

    def __init__(
        self,
        service: str,
        operation: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        region: str | None = None,
        absent: tuple[str, ...] = (),
        repeated: tuple[str, ...] = (),
        paged: str | None = None,
        fresh: bool = False,
        account: str = "",
    ) -> None:
        self.service = service
        self.operation = operation
        self.parameters = dict(parameters or {})
        self.region = region
        self.absent = absent
        self.repeated = repeated
        self.paged = paged
        self.fresh = fresh
        self.account = account
        super().__init__(self.name, *self._shown())

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

    def _shown(self) -> list[str]:
        shown = [f"{key}={_masked(value)}" for key, value in self.parameters.items()]
        return [*shown, *([f"region={self.region}"] if self.region else [])]


def _masked(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _unmask(value: Any) -> Any:
    if isinstance(value, HiddenValue):
        return value.unmask()
    if isinstance(value, Mapping):
        return {key: _unmask(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unmask(inner) for inner in value]
    return value
