"""What the machine itself must have before it can hold hosts."""

import os
import shutil

from lab.mirror import KEYRING
from lab.run import CommandFailed, run

# Program -> the Debian package that has it.
PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}


def missing() -> list[str]:
    """Debian packages that are not there yet."""
    found = {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    if not KEYRING.exists():
        found.add("debian-archive-keyring")
    return sorted(found)


def install(packages: list[str]) -> None:
    """Install with apt, as root; CommandFailed where there is no apt or no mirror."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("apt-get", "install", "--yes", "--no-install-recommends", *packages)
    try:
        run(*install, timeout=600, env=env)
    except CommandFailed:  # perhaps the package lists are old or were never fetched
        run("apt-get", "update", timeout=600, env=env)
        run(*install, timeout=600, env=env)
