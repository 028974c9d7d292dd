"""RSA keys for BYODKIM.

"The private key has to be in either PKCS #1 or PKCS #8 format, must use at least 1024-bit RSA
encryption and up to 2048-bit" ("Bring Your Own DKIM", Amazon SES Developer Guide).
"""

import base64
import binascii

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 2048
EXPONENT = 65537


def new_private_key() -> str:
    """A private key in PKCS #8, in base64 on one line: as SES takes it. It is a secret."""
    key = rsa.generate_private_key(EXPONENT, BITS)
    return _base64(
        key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def public_key(private: str) -> str | None:
    """The public half, in base64, of a private key in base64; None for what is no RSA key.

    Nothing of the private half is in an exception: there is none.
    """
    try:
        der = base64.b64decode(private, validate=True)
        key = serialization.load_der_private_key(der, None)
    except (ValueError, TypeError, binascii.Error):
        return None
    if not isinstance(key, rsa.RSAPrivateKey):
        return None
    return _base64(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def _base64(der: bytes) -> str:
    return base64.b64encode(der).decode()
