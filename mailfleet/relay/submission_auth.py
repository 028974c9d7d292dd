"""Submission AUTH: clients of a dedicated relay with a user name and a password, which Dovecot
verifies for Postfix.

Dovecot 2.3 (Debian 12) and 2.4 (Debian 13) have incompatible configurations, and all hosts get the
same files: there is one for each version, and the unit uses the one that matches.
"""

import hashlib
import re
from collections.abc import Mapping

from mailfleet.credential import Credential, of_login
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Relay
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.component import UNITS, Component
from mailfleet.relay.digest import digest
from mailfleet.relay.file import File
from mailfleet.relay.render import render
from mailfleet.relay.state import HostState
from mailfleet.relay.systems import System

USER = "dovecot"  # created by the package
LOGINS_UNIT = "mailfleet-logins.service"
LOGINS = "/etc/dovecot/mailfleet-logins"
SOCKET = "/run/mailfleet-logins/client"
_CONFIGURATION = "/etc/dovecot/mailfleet"
_VERSIONS = ("2.3", "2.4")
_UNIT_FILE = UNITS + LOGINS_UNIT
# Dovecot's default for this scheme: passwords are long (mailfleet.aws.credentials), and each
# connection of a client costs its relay this much.
_ROUNDS = 5000


def submission_auth(
    mail: Mail, credentials: Mapping[str, Credential | None], system: System
) -> Component:
    """The password file has no content while one of the passwords is not known. Raises PlanError
    where the system has no Dovecot."""
    known = [credentials.get(of_login(user)) for user in mail.relay.logins]
    lines = [_line(mail.fleet, credential) for credential in known if credential]
    content = "".join(lines).encode() if len(lines) == len(known) else None
    directory, _, socket = SOCKET.rpartition("/")
    configurations = [
        File(
            f"{_CONFIGURATION}-{version}.conf",
            render(
                f"{_CONFIGURATION}.conf", version=version, logins=LOGINS, unit=LOGINS_UNIT,
                user=USER, directory=directory, socket=socket,
            ),
        )
        for version in _VERSIONS
    ]  # fmt: skip
    every = b"".join(file.content or b"" for file in configurations)
    unit = render(
        _UNIT_FILE, digest=digest(every, secret=False), configuration=_CONFIGURATION, user=USER,
        directory=directory,
    )  # fmt: skip
    if mail.relay.logins and system.dovecot is None:
        raise PlanError(
            f"found logins on {system.name}, which has no package of Dovecot to check passwords: "
            "expected only Relay(clients=...) in the policy of such a host"
        )
    passwords = File(LOGINS, content, mode="600", owner=USER, secret=True)
    files = (passwords, *configurations, File(_UNIT_FILE, unit))
    return Component(bool(mail.relay.logins), files, LOGINS_UNIT, system.dovecot)


def _line(fleet: str, credential: Credential) -> str:
    """A line of Dovecot's passwd-file, with the password's PBKDF2 hash.

    The salt is derived from fleet and user, so that the same policy gives the same file.
    """
    user = credential.username
    salt = hashlib.sha256(f"{fleet}/{user}".encode()).hexdigest()[:16]
    hashed = hashlib.pbkdf2_hmac("sha1", credential.password.encode(), salt.encode(), _ROUNDS)
    return f"{user}:{{PBKDF2}}$1${salt}${_ROUNDS}${hashed.hex()}\n"


def sender_logins(relay: Relay) -> dict[str, str]:
    """Rows of the regexp: table with the logins that may use a sender (smtpd_sender_login_maps; the
    first match counts); empty where every login may use all senders."""
    limited = {user: of for user, of in relay.senders_of_logins.items() if of}
    others = [user for user in relay.logins if user not in limited]
    senders = {sender for of in limited.values() for sender in of}
    rows = {}
    for sender in sorted(senders, key=lambda sender: (sender.startswith("@"), sender)):
        domain = sender[sender.rindex("@") :]
        users = [user for user, of in limited.items() if {sender, domain} & set(of)]
        pattern = re.escape(sender).replace("/", r"\/")
        begin = "" if sender.startswith("@") else "^"
        rows[f"/{begin}{pattern}$/"] = ", ".join([*users, *others])
    if limited and others:
        rows["/^/"] = ", ".join(others)
    return rows


def lacks_dovecot(state: HostState) -> bool:
    """Whether the previous configuration needs Dovecot, which no longer runs on the host: port 587
    would then serve no client."""
    before = (state.previous or {}).get("/etc/postfix/main.cf")
    asks = before is not None and "smtpd_sasl_path" in postfix_parameters(before.text or "")
    return asks and not state.units[LOGINS_UNIT].active
