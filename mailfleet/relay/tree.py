"""The desired state of a relay host: its files, packages and units, from policy and system."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailfleet.credential import Credential
from mailfleet.inputs import ALONE, Inputs
from mailfleet.policy import Mail
from mailfleet.relay.agent import AGENT
from mailfleet.relay.alerting import EMERGENCY, alerting
from mailfleet.relay.component import Component
from mailfleet.relay.dedicated import CERTIFICATE
from mailfleet.relay.file import File
from mailfleet.relay.from_rewriting import from_rewriting
from mailfleet.relay.health import health
from mailfleet.relay.postfix import POSTFIX, absent_tables, check, nexthops, postfix_files
from mailfleet.relay.restart import drop_ins
from mailfleet.relay.returned import returned
from mailfleet.relay.submission_auth import LOGINS, submission_auth
from mailfleet.relay.systems import DEBIAN_12, System

SECRETS = frozenset({EMERGENCY, CERTIFICATE, LOGINS, f"{POSTFIX}sasl_passwd"})


@dataclass(frozen=True)
class Unit:
    """A systemd unit as desired; `active` is None where something else manages that."""

    name: str
    enabled: bool
    active: bool | None = None


@dataclass(frozen=True)
class Desired:
    """The desired state of a relay host. `absent`: managed files that this policy does not need;
    `certificate`: the path at which the host has to make one; `nexthops`: those that need a
    credential."""

    files: tuple[File, ...]
    absent: tuple[str, ...]
    packages: tuple[str, ...]
    units: tuple[Unit, ...]
    nexthops: tuple[str, ...]
    system: System
    certificate: str | None = None

    def file(self, path: str) -> File:
        return next(file for file in self.files if file.path == path)

    @property
    def managed(self) -> tuple[str, ...]:
        """The paths of all files that mailfleet writes or removes."""
        made = [self.certificate] if self.certificate else []
        return tuple(sorted([*(file.path for file in self.files), *self.absent, *made]))


def desired_host(
    mail: Mail,
    credentials: Mapping[str, Credential | None],
    inputs: Inputs = ALONE,
    system: System = DEBIAN_12,
) -> Desired:
    """The same for every host with the same policy and system; the paths are the same on any.

    `credentials` are by provider name and `of_login`. One that is missing or None is not known yet:
    files with it then have no content. Raises PolicyError for what Postfix can't express, and
    PlanError for what the system does not have.
    """
    check(mail, inputs)
    postfix = postfix_files(mail, credentials, inputs, system)
    components = _components(mail, credentials, system)
    needed = [component for component in components if component.needed]
    unneeded = [
        file.path for component in components if not component.needed for file in component.files
    ]
    packages = [component.package for component in needed if component.package]
    return Desired(
        files=(
            *postfix,
            *_programs(),
            *drop_ins(),
            *(f for component in needed for f in component.files),
        ),
        absent=(*absent_tables(mail, postfix), *unneeded),
        packages=(*system.packages, *packages),
        units=(
            Unit("postfix.service", True),
            *(Unit(component.unit, component.needed, component.needed) for component in components),
        ),
        nexthops=nexthops(mail),
        system=system,
        certificate=CERTIFICATE if mail.relay.listen and not mail.relay.certificate else None,
    )


def _components(
    mail: Mail, credentials: Mapping[str, Credential | None], system: System
) -> tuple[Component, ...]:
    """All there are, whether or not the policy needs them."""
    return (
        alerting(mail, credentials),
        from_rewriting(mail, system),
        submission_auth(mail, credentials, system),
        health(mail),
        *returned(mail, system),
    )


def _programs() -> tuple[File, ...]:
    return tuple(
        File(f"/usr/local/bin/{name}", (AGENT / f"{name}.py").read_bytes(), mode="755")
        for name in ("check_mail_logs", "emergency_mail_sender")
    )
