"""A dedicated relay's self-signed certificate: made once and kept, because other hosts pin it."""

import socket
from typing import Any

from agent.host.common import HostError, one_line, run

_DAYS = 3650  # hosts that pin the fingerprint ignore the date (TLS_README, Postfix)


def new_certificate(path: str) -> dict[str, Any]:
    """A new private key and its self-signed certificate, as a file for `path`, readable by root."""
    name = socket.gethostname()
    made = run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-noenc", "-days", str(_DAYS), "-subj", f"/CN={name}",
        "-addext", f"subjectAltName=DNS:{name}", "-keyout", "-",
    )  # fmt: skip
    if made.returncode != 0:
        raise HostError(f"openssl failed to make a certificate: {one_line(made.stderr)}")
    return {"path": path, "mode": "600", "content": made.stdout.encode()}


def fingerprint(certificate: dict[str, Any]) -> str:
    """The fingerprint of such a file, which is not secret, and which other hosts pin."""
    text = certificate["content"].decode()
    return run("openssl", "x509", "-noout", "-fingerprint", "-sha256", given=text).stdout.strip()
