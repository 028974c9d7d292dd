"""The supported systems of relay hosts, and all that differs between them.

The same on all of them: the paths of mailfleet's and Postfix's files, the units (postfix.service on
Debian 12 and Ubuntu starts postfix@-.service, which follows it), the journal, and the table types,
which are those built into Postfix itself.

Debian's and Ubuntu's packages are at packages.debian.org and packages.ubuntu.com. Amazon Linux 2023
is based on Fedora: its packages `postfix` (3.7) and `setup`, which has the ids.
"""

from dataclasses import dataclass, replace
from typing import Literal

from mailfleet.plan.errors import PlanError

Manager = Literal["apt", "dnf"]
# One of them runs Postfix's master: up to Debian 12 postfix.service starts an instance.
POSTFIX_UNITS = ("postfix.service", "postfix@-.service")


@dataclass(frozen=True)
class Release:
    """ID, VERSION_ID, PRETTY_NAME and ID_LIKE of a host's os-release(5), each empty if not set."""

    id: str
    version: str
    name: str
    like: str = ""


@dataclass(frozen=True)
class System:
    """`id` and `version` are those of os-release. `authorities`: the PEM file of the certificate
    authorities that the system trusts. `packages` are always needed; `milter` is the package of
    pymilter and `dovecot` that of Dovecot, None where there is none. `mail_user` and `mail_group`
    are the ids of "mail"."""

    name: str
    id: str
    version: str
    manager: Manager
    packages: tuple[str, ...]
    milter: str | None
    dovecot: str | None
    authorities: str
    mail_user: int
    mail_group: int


DEBIAN_12 = System(
    name="Debian 12",
    id="debian",
    version="12",
    manager="apt",
    # libsasl2-modules has PLAIN and LOGIN; the package postfix only suggests it
    packages=("ca-certificates", "libsasl2-modules", "postfix", "python3"),
    milter="python3-milter",
    dovecot="dovecot-core",
    authorities="/etc/ssl/certs/ca-certificates.crt",
    mail_user=8,
    mail_group=8,
)
DEBIAN_13 = replace(DEBIAN_12, name="Debian 13", version="13")
UBUNTU_24_04 = replace(DEBIAN_12, name="Ubuntu 24.04", id="ubuntu", version="24.04")
AMAZON_LINUX_2023 = System(
    name="Amazon Linux 2023",
    id="amzn",
    version="2023",
    manager="dnf",
    packages=("ca-certificates", "cyrus-sasl-plain", "postfix", "python3"),
    milter=None,
    dovecot=None,
    authorities="/etc/pki/tls/certs/ca-bundle.crt",
    mail_user=8,
    mail_group=12,
)
SYSTEMS = (DEBIAN_12, DEBIAN_13, UBUNTU_24_04, AMAZON_LINUX_2023)
# Read before it is known which system a host runs.
EVERY_PACKAGE = tuple(
    sorted({name for one in SYSTEMS for name in (*one.packages, one.milter, one.dovecot) if name})
)


def system_of(release: Release) -> System:
    """Raises PlanError for any other system, including derivatives of these."""
    for system in SYSTEMS:
        if (release.id, release.version) == (system.id, system.version):
            return system
    said = f"ID={release.id or 'none'}, VERSION_ID={release.version or 'none'}"
    derived = f", derived from {release.like}" if release.like else ""
    supported = ", ".join(system.name for system in SYSTEMS)
    raise PlanError(
        f"found the system {release.name or 'unknown'} ({said}{derived}) in /etc/os-release, "
        f"expected one of {supported}: remove the host from the inventory, or reinstall it"
    )
