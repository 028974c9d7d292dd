"""What of AWS's answers must not be shown."""

from typing import Any

_SECRET_KEYS = {"SecretAccessKey", "SecretString", "SecretBinary", "SessionToken"}


def redacted(answer: Any) -> Any:
    """A copy of an answer in which every secret is `*MASKED*`."""
    if isinstance(answer, dict):
        return {
            key: "*MASKED*" if key in _SECRET_KEYS and isinstance(value, str) else redacted(value)
            for key, value in answer.items()
        }
    if isinstance(answer, list):
        return [redacted(item) for item in answer]
    return answer
