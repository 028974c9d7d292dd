"""RSA keys for DKIM, in the two forms that mail and DNS want."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class DkimKey:
    """`private` is PEM; `record` is the TXT record's content (RFC 6376 3.6.1)."""

    def __init__(self, bits: int) -> None:
        key = rsa.generate_private_key(65537, bits)
        self.private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.record = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
