"""A dedicated relay's own certificate: made once, and kept, because other hosts pin it."""

import socket
from typing import Any

from agent.host.common import HostError, one_line, run

_DAYS = 3650  # who pins a fingerprint does not look at the date (TLS_README, Postfix)


def new_certificate(path: str) -> dict[str, Any]:
    """A new private key and its self-signed certificate, as a file for `path`, for root alone."""
    name = socket.gethostname()
    made = run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-noenc", "-days", str(_DAYS), "-subj", f"/CN={name}",
        "-addext", f"subjectAltName=DNS:{name}", "-keyout", "-",
    )  # fmt: skip
    if made.returncode != 0:
        raise HostError(f"openssl made no certificate: {one_line(made.stderr)}")
    return {"path": path, "mode": "600", "content": made.stdout.encode()}


def fingerprint(certificate: dict[str, Any]) -> str:
    """Of such a file: no secret, and what other hosts pin."""
    text = certificate["content"].decode()
    return run("openssl", "x509", "-noout", "-fingerprint", "-sha256", given=text).stdout.strip()
