"""A refusal by AWS, before it is put into the words of a protocol."""

from __future__ import annotations


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
