"""The lab's certificate authority, and a server certificate for each host name.

Kept in DIR/ca: ca.pem (what clients trust), ca.key, and HOST.pem (key and chain).
Keys are 0600 from their first byte on.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import trustme


def ensure_ca(directory: Path) -> Path:
    """The CA's certificate; made once. `directory` is DIR/ca."""
    certificate = directory / "ca.pem"
    if not certificate.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="mailfleet lab")
        _write(directory / "ca.key", authority.private_key_pem.bytes(), 0o600)
        _write(certificate, authority.cert_pem.bytes(), 0o644)
    return certificate


def ensure_certificate(directory: Path, host: str) -> Path:
    """Private key and chain of `host` in one PEM file; made once."""
    path = directory / f"{host}.pem"
    if not path.exists():
        authority = trustme.CA.from_pem(
            ensure_ca(directory).read_bytes(), (directory / "ca.key").read_bytes()
        )
        issued = authority.issue_cert(host)
        _write(path, issued.private_key_and_cert_chain_pem.bytes(), 0o600)
    return path


def server_context(directory: Path, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ensure_certificate(directory, host))
    return context


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all: under another name first."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
