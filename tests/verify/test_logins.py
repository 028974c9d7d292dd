"""A dedicated relay asks clients for a user name and a password where the policy has logins: by
submission, once there is TLS, and nowhere else."""

import json
import shlex
from typing import Any

import pytest

from mailfleet.policy import Mail
from mailfleet.relay.submission_auth import LOGINS_UNIT

# Run on the relay. It listens on the loopback address whatever else it listens on, and a
# certificate is for the name that clients know.
_OFFERED = """
import json, smtplib, ssl

def offered(server):
    server.ehlo("verify.invalid")
    return server.has_extn("auth")

with smtplib.SMTP("127.0.0.1", 25, timeout=30) as server:
    found = {"25": offered(server)}
with smtplib.SMTP("127.0.0.1", 587, timeout=30) as server:
    found["587 without TLS"] = offered(server)
    server.starttls(context=ssl._create_unverified_context())
    found["587"] = offered(server)
print(json.dumps(found))
"""


def test_passwords_are_judged(relay: Any, relay_mail: Mail) -> None:
    if not relay_mail.relay.logins:
        pytest.skip("this relay has no logins")
    judge = relay.service(LOGINS_UNIT)
    assert judge.is_enabled, f"{LOGINS_UNIT} is disabled: port 587 serves nobody after a boot"
    assert judge.is_running, f"{LOGINS_UNIT} does not run: port 587 serves nobody"


def test_auth_is_offered_by_submission_with_tls_alone(relay: Any, relay_mail: Mail) -> None:
    if not relay_mail.relay.listen:
        pytest.skip("this relay serves no other hosts")
    answer = relay.run(f"python3 -I -c {shlex.quote(_OFFERED)}")
    assert answer.rc == 0, f"ports 25 and 587 don't both answer: {answer.stderr.splitlines()[-1:]}"
    found = json.loads(answer.stdout)
    assert not found["25"], "port 25 offers AUTH: passwords are guessed there"
    assert not found["587 without TLS"], "port 587 offers AUTH before STARTTLS: passwords in clear"
    wanted = bool(relay_mail.relay.logins)
    assert found["587"] or not wanted, "port 587 offers no AUTH: nobody can log in"
    assert wanted or not found["587"], "port 587 offers AUTH, and the policy has no logins"
