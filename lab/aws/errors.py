"""A refusal by AWS, before it is put into the words of a protocol."""

from __future__ import annotations

from collections.abc import Sequence


class ApiError(Exception):
    """What botocore shows as ClientError: `code`, `message` and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class NotEmulatedError(ApiError):
    """We don't know what AWS would do: say so loudly, never answer as if all were well.

    The code is none of AWS's and the status none that botocore retries.
    """

    def __init__(self, what: str) -> None:
        super().__init__("NotEmulated", f"the lab does not emulate {what}", 501)


def check_values(member: str, given: str | Sequence[str], known: Sequence[str]) -> None:
    """BadRequestException for a value, or one of a list, that the service model does not have."""
    values = [given] if isinstance(given, str) else given
    if not set(values) <= set(known):
        name = member[0].lower() + member[1:]
        raise ApiError(
            "BadRequestException",
            f"1 validation error detected: Value at '{name}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(known)}]",
        )
