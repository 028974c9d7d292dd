"""The lab's certificate authority."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509

from lab.tls import ensure_ca, ensure_certificate, server_context

HOST = "email-smtp.us-east-1.amazonaws.com"


def test_made_once_and_private(tmp_path: Path) -> None:
    ca = tmp_path / "ca"
    first = ensure_ca(ca).read_bytes()
    certificate = ensure_certificate(ca, HOST).read_bytes()
    assert ensure_ca(ca).read_bytes() == first
    assert ensure_certificate(ca, HOST).read_bytes() == certificate
    modes = {path.name: path.stat().st_mode & 0o777 for path in ca.iterdir()}
    assert modes == {"ca.pem": 0o644, "ca.key": 0o600, f"{HOST}.pem": 0o600}


def test_a_client_that_trusts_the_ca_accepts_the_host_and_no_other(tmp_path: Path) -> None:
    assert handshake(tmp_path, HOST) is None
    refused = handshake(tmp_path, "smtp.sendgrid.net")
    assert refused is not None
    assert "Hostname mismatch" in refused


def handshake(ca: Path, asked: str) -> str | None:
    """Why a client that asks for the host refuses HOST's certificate."""
    trusting = ssl.create_default_context(cafile=str(ensure_ca(ca)))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=asked)
    server = server_context(ca, HOST).wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
    return None


def test_the_certificate_names_its_host(tmp_path: Path) -> None:
    pem = ensure_certificate(tmp_path, HOST).read_bytes()
    found = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERT") :])
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [HOST]
