"""What a relay host should hold: every managed file, package and unit, from the policy alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mailfleet.credential import Credential
from mailfleet.policy import Mail, PolicyError, Provider, Ses
from mailfleet.relay.agent import AGENT
from mailfleet.relay.file import File
from mailfleet.relay.render import render
from mailfleet.relay.senders import PACKAGE, UNIT, rewrites_senders, sender_files

# Debian's names. libsasl2-modules holds PLAIN and LOGIN, and Postfix only suggests it.
PACKAGES = ("ca-certificates", "libsasl2-modules", "postfix", "python3")
POSTFIX = "/etc/postfix/"
EMERGENCY = "/etc/mailfleet/emergency.json"
SECRETS = frozenset({EMERGENCY, f"{POSTFIX}sasl_passwd"})
TIMER = "check-mail-logs.timer"
UNITS = "/etc/systemd/system/"
_MASTER_SERVICES = (
    "anvil", "bounce", "cleanup", "defer", "discard", "error", "flush", "local", "pickup",
    "postlog", "proxymap", "proxywrite", "qmgr", "relay", "retry", "rewrite", "scache", "showq",
    "smtp", "tlsmgr", "tlsproxy", "trace", "verify", "virtual",
)  # fmt: skip
# Hosts without a mail domain: names without a dot, the private top-level domains (RFC 6761,
# RFC 6762, RFC 8375, ICANN's .internal) and EC2's public host names.
_HOSTS = (
    r"@[^.]+$",
    r"@(.*\.)?(internal|local|localhost|localdomain|lan|home\.arpa)$",
    r"@ec2-.*\.amazonaws\.com$",
)


@dataclass(frozen=True)
class Unit:
    """A systemd unit as it should be; `active` is None where something else sees to that."""

    name: str
    enabled: bool
    active: bool | None = None


@dataclass(frozen=True)
class Desired:
    """A relay host as it should be. `absent` are files of ours that this policy has no use for."""

    files: tuple[File, ...]
    absent: tuple[str, ...]
    packages: tuple[str, ...]
    units: tuple[Unit, ...]
    nexthops: tuple[str, ...]

    def file(self, path: str) -> File:
        return next(file for file in self.files if file.path == path)

    @property
    def managed(self) -> tuple[str, ...]:
        """The paths of all files that are ours to write or to remove."""
        return tuple(sorted([*(file.path for file in self.files), *self.absent]))


def desired(mail: Mail, credentials: Mapping[str, Credential | None]) -> Desired:
    """The same for every host of the fleet.

    `credentials` are by provider name. One that is missing or None is not known yet; files that
    hold it then have no content. Raises PolicyError for what Postfix could not express.
    """
    _check(mail)
    alarm = _alarm(mail)
    watching = () if mail.alerts else tuple(file.path for file in alarm)
    senders, rewrites = sender_files(mail), rewrites_senders(mail)
    return Desired(
        files=(*_postfix(mail, credentials), *_programs(), *(alarm if mail.alerts else ()),
               *_emergency(mail, credentials), *(senders if rewrites else ())),
        absent=(*(() if mail.alerts else (EMERGENCY, *watching)),
                *(() if rewrites else (file.path for file in senders))),
        packages=(*PACKAGES, *((PACKAGE,) if rewrites else ())),
        units=(Unit("postfix.service", True), Unit(TIMER, bool(mail.alerts), bool(mail.alerts)),
               Unit(UNIT, rewrites, rewrites)),
        nexthops=tuple(provider.nexthop for provider in mail.providers),
    )  # fmt: skip


def _postfix(mail: Mail, credentials: Mapping[str, Credential | None]) -> tuple[File, ...]:
    values = {
        "admin": mail.admin,
        "default": mail.default_provider,
        "host_patterns": _HOSTS,
        "myorigin": mail.myorigin,
        "noreply": mail.noreply,
        "rewrites_senders": rewrites_senders(mail),
        "providers": mail.providers,
        "routes": mail.sender_routes,
        "ses": [provider.name for provider in mail.providers if isinstance(provider, Ses)],
        "soft_bounce": mail.relay.soft_bounce,
    }
    names = ("main.cf", "master.cf", "sender_transport", "system_recipients", "system_senders")
    plain = tuple(File(POSTFIX + name, render(POSTFIX + name, **values)) for name in names)
    path = POSTFIX + "sasl_passwd"
    known = all(credentials.get(provider.name) for provider in mail.providers)
    content = render(path, providers=mail.providers, credentials=credentials) if known else None
    return (*plain, File(path, content, mode="600", secret=True))


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
        "tls": "implicit" if provider.port == 465 else "starttls",
        "username": credential.username,
        "password": credential.password,
    }


def _check(mail: Mail) -> None:
    """What the policy's words allow and Postfix's files cannot hold."""
    for provider in mail.providers:
        if provider.name in _MASTER_SERVICES:
            raise PolicyError(
                f"Mail.providers: found the name {provider.name!r}, which is a service of "
                "Postfix's own; expected another name"
            )
    nexthops = [provider.nexthop for provider in mail.providers]
    for nexthop in nexthops:
        if nexthops.count(nexthop) > 1:
            raise PolicyError(
                f"Mail.providers: found {nexthop} twice, but Postfix finds credentials by next "
                "hop; expected one provider for each"
            )
    for sender, _ in mail.sender_routes:
        if sender.startswith("#"):
            raise PolicyError(
                f"Mail.routes: found sender {sender!r}, which Postfix's tables take for a comment"
            )
    if set("{}") & set(mail.admin):
        raise PolicyError(f"Mail.admin: found {mail.admin!r}, expected an address without braces")
