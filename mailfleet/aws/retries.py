"""How botocore repeats a call that was throttled or got no answer.

"standard": exponential backoff with full jitter, at most 20 s, up to `aws_max_attempts` attempts
("Retries", Boto3 documentation). The rate limiter (limiter.py) sees to it that little is throttled;
what becomes of a write that was sent twice is in repeated_writes.py.
"""

from typing import Any


def settings(max_attempts: int) -> dict[str, Any]:
    """`retries` of botocore's Config; `max_attempts` counts the first attempt, too."""
    return {"mode": "standard", "total_max_attempts": max_attempts}


def attempts(answer: dict[str, Any]) -> int:
    """How often the call was sent before AWS gave this answer, or this error."""
    return 1 + int(answer["ResponseMetadata"].get("RetryAttempts", 0))
