"""A dedicated relay's own certificate: made once, and kept, because other hosts pin it."""

import socket

from agent.host.common import Refused, one_line, run, say
from agent.host.files import prepared, put

_DAYS = 3650  # who pins a fingerprint does not look at the date (TLS_README, Postfix)


def make_certificate(root: str, path: str) -> None:
    """Put a new private key and its self-signed certificate at `path`, for root alone.

    Says the certificate's fingerprint, which is no secret.
    """
    name = socket.gethostname()
    made = run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-noenc", "-days", str(_DAYS), "-subj", f"/CN={name}",
        "-addext", f"subjectAltName=DNS:{name}", "-keyout", "-",
    )  # fmt: skip
    if made.returncode != 0:
        raise Refused(f"openssl made no certificate: {one_line(made.stderr)}")
    file = {"path": path, "mode": "600", "content": made.stdout.encode()}
    with prepared(root, [file]) as beside:
        put(root, path, beside.pop(path))
    shown = run("openssl", "x509", "-noout", "-fingerprint", "-sha256", given=made.stdout)
    say(f"made {path}, {shown.stdout.strip()}")
