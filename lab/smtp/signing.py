"""DKIM signatures, relaxed/relaxed (RFC 6376).

Our own: dkimpy's RSA takes 10 ms a signature, which would be most of the time that an end point
takes for a message. Tests and `make demo` verify with dkimpy.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time

from lab.aws.dkim_key import DkimKey
from lab.smtp.message import Message

_SIGNED = (
    *("from", "to", "cc", "subject", "date", "message-id", "reply-to", "feedback-id"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)


def dkim_signature(message: Message, domain: str, selector: str, key: DkimKey) -> bytes:
    """The header field, with its line end."""
    last = {field.name: field.raw for field in message.fields}
    names = [name for name in _SIGNED if name in last]
    body_hash = base64.b64encode(hashlib.sha256(_relaxed_body(message.body)).digest()).decode()
    unsigned = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};\r\n"
        f" t={int(time.time())}; h={':'.join(names)};\r\n"
        f" bh={body_hash};\r\n"
        " b="
    ).encode()
    signed = b"".join(_relaxed_field(last[name]) + b"\r\n" for name in names)
    return unsigned + base64.b64encode(key.sign(signed + _relaxed_field(unsigned))) + b"\r\n"


def _relaxed_field(raw: bytes) -> bytes:
    """RFC 6376 3.4.2, without the line end."""
    name, _, value = raw.partition(b":")
    return name.strip().lower() + b":" + re.sub(rb"[ \t\r\n]+", b" ", value).strip()


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376 3.4.4"""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""
