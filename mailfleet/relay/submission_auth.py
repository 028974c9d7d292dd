"""Clients that a dedicated relay knows by user name and password, which Dovecot judges for Postfix.

Dovecot 2.3 (Debian 12) and 2.4 (Debian 13) don't read each other's configuration, and the files
are the same on every host: there is one for each, and the unit takes the one that fits.
"""

import hashlib
import re
from collections.abc import Mapping

from mailfleet.credential import Credential, of_login
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Relay
from mailfleet.relay.component import UNITS, Component
from mailfleet.relay.digest import digest
from mailfleet.relay.file import File
from mailfleet.relay.parameters import postfix_parameters
from mailfleet.relay.render import render
from mailfleet.relay.state import HostState
from mailfleet.relay.systems import System

USER = "dovecot"  # which the package makes
LOGINS_UNIT = "mailfleet-logins.service"
LOGINS = "/etc/dovecot/mailfleet-logins"
SOCKET = "/run/mailfleet-logins/client"
_CONFIGURATION = "/etc/dovecot/mailfleet"
_VERSIONS = ("2.3", "2.4")
_UNIT_FILE = UNITS + LOGINS_UNIT
# Dovecot's own number for this scheme. Passwords are long (mailfleet.aws.credentials), and each
# connection of a client costs its relay this much.
_ROUNDS = 5000


def submission_auth(
    mail: Mail, credentials: Mapping[str, Credential | None], system: System
) -> Component:
    """The file of passwords has no content while one of them is not known. Raises PlanError where
    the system has no Dovecot."""
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
            f"found logins, and {system.name}, which has no package of Dovecot to judge them: "
            "expected Relay(clients=...) alone in the policy of such a host"
        )
    passwords = File(LOGINS, content, mode="600", owner=USER, secret=True)
    files = (passwords, *configurations, File(_UNIT_FILE, unit))
    return Component(bool(mail.relay.logins), files, LOGINS_UNIT, system.dovecot)


def _line(fleet: str, credential: Credential) -> str:
    """A line of Dovecot's passwd-file, with the password's PBKDF2 hash.

    The salt follows from the fleet and the user, so that the same policy makes the same file.
    """
    user = credential.username
    salt = hashlib.sha256(f"{fleet}/{user}".encode()).hexdigest()[:16]
    hashed = hashlib.pbkdf2_hmac("sha1", credential.password.encode(), salt.encode(), _ROUNDS)
    return f"{user}:{{PBKDF2}}$1${salt}${_ROUNDS}${hashed.hex()}\n"


def sender_logins(relay: Relay) -> dict[str, str]:
    """Lines of the regexp: table of which logins may use a sender (smtpd_sender_login_maps, whose
    first match counts); none where each may use all."""
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
    """Whether Postfix's files that worked before ask Dovecot, which no longer runs there: port 587
    would then serve nobody at all."""
    before = (state.previous or {}).get("/etc/postfix/main.cf")
    asks = before is not None and "smtpd_sasl_path" in postfix_parameters(before.text or "")
    return asks and not state.units[LOGINS_UNIT].active
