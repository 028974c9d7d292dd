"""The SMTP password that belongs to an IAM access key."""

import base64
import hashlib
import hmac

_VERSION = b"\x04"


def smtp_password(secret_access_key: str, region: str) -> str:
    """Derive it as "Obtaining Amazon SES SMTP credentials" has it (Amazon SES Developer Guide).

    It is valid in that region alone; the user name is the access key's id.
    """
    key = f"AWS4{secret_access_key}".encode()
    for message in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        key = hmac.new(key, message.encode(), hashlib.sha256).digest()
    return base64.b64encode(_VERSION + key).decode()
