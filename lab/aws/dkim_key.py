"""RSA keys for DKIM: they sign mail, and their public half is in DNS."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class DkimKey:
    """`public` is base64; `record` is the TXT record's content (RFC 6376 3.6.1)."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public = base64.b64encode(public).decode()
        self.record = f"v=DKIM1; k=rsa; p={self.public}"

    def sign(self, data: bytes) -> bytes:
        """rsa-sha256 (RFC 6376 3.3.1)."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    @classmethod
    def new(cls, bits: int) -> DkimKey:
        return cls(rsa.generate_private_key(65537, bits))

    @classmethod
    def given(cls, encoded: str) -> DkimKey:
        """A key as BYODKIM takes it: PKCS #1 or #8 in base64, of 1024 to 2048 bits; ValueError
        otherwise.

        https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-bring-your-own.html
        """
        key = serialization.load_der_private_key(base64.b64decode(encoded, validate=True), None)
        if not isinstance(key, rsa.RSAPrivateKey) or not 1024 <= key.key_size <= 2048:
            raise ValueError("not an RSA key of 1024 to 2048 bits")
        return cls(key)
