"""What a relay host should hold: every managed file, package and unit, from the policy alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mailfleet.credential import Credential
from mailfleet.policy import Mail, Provider
from mailfleet.relay.agent import AGENT
from mailfleet.relay.circumstances import ALONE, Circumstances
from mailfleet.relay.dedicated import CERTIFICATE
from mailfleet.relay.file import File
from mailfleet.relay.logins import DOVECOT, LOGINS, LOGINS_UNIT, login_files
from mailfleet.relay.postfix import POSTFIX, absent_tables, ca_path, check, nexthops, postfix_files
from mailfleet.relay.render import render
from mailfleet.relay.senders import PACKAGE, UNIT, rewrites_senders, sender_files

# Debian's names. libsasl2-modules holds PLAIN and LOGIN, and Postfix only suggests it.
PACKAGES = ("ca-certificates", "libsasl2-modules", "postfix", "python3")
EMERGENCY = "/etc/mailfleet/emergency.json"
SECRETS = frozenset({EMERGENCY, CERTIFICATE, LOGINS, f"{POSTFIX}sasl_passwd"})
TIMER = "check-mail-logs.timer"
UNITS = "/etc/systemd/system/"


@dataclass(frozen=True)
class Unit:
    """A systemd unit as it should be; `active` is None where something else sees to that."""

    name: str
    enabled: bool
    active: bool | None = None


@dataclass(frozen=True)
class Desired:
    """A relay host as it should be. `absent` are files of ours that this policy has no use for;
    `certificate` is a path at which the host itself has to make one; `nexthops` are those that
    want a credential."""

    files: tuple[File, ...]
    absent: tuple[str, ...]
    packages: tuple[str, ...]
    units: tuple[Unit, ...]
    nexthops: tuple[str, ...]
    certificate: str | None = None

    def file(self, path: str) -> File:
        return next(file for file in self.files if file.path == path)

    @property
    def managed(self) -> tuple[str, ...]:
        """The paths of all files that are ours to write or to remove."""
        made = [self.certificate] if self.certificate else []
        return tuple(sorted([*(file.path for file in self.files), *self.absent, *made]))


def desired(
    mail: Mail,
    credentials: Mapping[str, Credential | None],
    circumstances: Circumstances = ALONE,
) -> Desired:
    """The same for every host with the same policy.

    `credentials` are by provider name, and of logins by `of_login`. One that is missing or None is
    not known yet; files that hold it then have no content. Raises PolicyError for what Postfix
    could not express.
    """
    check(mail, circumstances)
    alarm = _alarm(mail)
    watching = () if mail.alerts else tuple(file.path for file in alarm)
    senders, rewrites = sender_files(mail), rewrites_senders(mail)
    logins, serves = login_files(mail, credentials), bool(mail.relay.logins)
    postfix = postfix_files(mail, credentials, circumstances)
    return Desired(
        files=(*postfix, *_programs(), *(alarm if mail.alerts else ()),
               *_emergency(mail, credentials), *(senders if rewrites else ()),
               *(logins if serves else ())),
        absent=(*absent_tables(mail, postfix), *(() if mail.alerts else (EMERGENCY, *watching)),
                *(() if rewrites else (file.path for file in senders)),
                *(() if serves else (file.path for file in logins))),
        packages=(*PACKAGES, *((PACKAGE,) if rewrites else ()), *((DOVECOT,) if serves else ())),
        units=(Unit("postfix.service", True), Unit(TIMER, bool(mail.alerts), bool(mail.alerts)),
               Unit(UNIT, rewrites, rewrites), Unit(LOGINS_UNIT, serves, serves)),
        nexthops=nexthops(mail),
        certificate=CERTIFICATE if mail.relay.listen and not mail.relay.certificate else None,
    )  # fmt: skip


def _programs() -> tuple[File, ...]:
    return tuple(
        File(f"/usr/local/bin/{name}", (AGENT / f"{name}.py").read_bytes(), mode="755")
        for name in ("check_mail_logs", "emergency_mail_sender")
    )


def _alarm(mail: Mail) -> tuple[File, ...]:
    paths = [f"{UNITS}check-mail-logs.{kind}" for kind in ("service", "timer")]
    return tuple(File(path, render(path, check_logs=mail.relay.check_logs)) for path in paths)


def _emergency(mail: Mail, credentials: Mapping[str, Credential | None]) -> tuple[File, ...]:
    if not mail.alerts:
        return ()
    names = dict.fromkeys(alert.via for alert in mail.alerts)
    servers = [_server(mail.provider(name), credentials.get(name)) for name in names]
    settings = {
        "from": mail.noreply,
        "to": list(dict.fromkeys(alert.to for alert in mail.alerts)),
        "servers": servers,
    }
    content = None if None in servers else f"{json.dumps(settings, indent=2)}\n".encode()
    return (File(EMERGENCY, content, mode="600", secret=True),)


def _server(provider: Provider, credential: Credential | None) -> dict[str, object] | None:
    if credential is None:
        return None
    return {
        "host": provider.host,
        "port": provider.port,
        "tls": "implicit" if provider.wrapper else "starttls",
        **({"ca": ca_path(provider)} if provider.ca else {}),
        "username": credential.username,
        "password": credential.password,
    }
