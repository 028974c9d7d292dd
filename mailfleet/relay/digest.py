"""Digests of file contents, the same as a host's own program makes."""

import functools
import hashlib


@functools.lru_cache(maxsize=256)  # a plan asks for the same few again and again
def digest(content: bytes, secret: bool) -> str:
    """SHA-256; for secrets scrypt, so that reading one's digest helps nobody to guess it."""
    if secret:
        return hashlib.scrypt(content, salt=b"mailfleet", n=2**14, r=8, p=1, dklen=32).hex()
    return hashlib.sha256(content).hexdigest()
