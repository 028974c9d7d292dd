"""Hosts: an overlay on a base tree, booted by systemd-nspawn in its own network namespace."""

import shutil
import socket
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from lab import keys, network
from lab.base import tree_path
from lab.cgroups import in_own_group
from lab.errors import LabError
from lab.run import run
from lab.state import Ssh, ssh_argv

BOOT_SECONDS = 60.0
_USABLE = {"running", "degraded"}


@dataclass(frozen=True)
class Machine:
    """One host to be; `number` counts from 1, `directory` is its own."""

    lab: str
    name: str
    number: int
    address: str
    release: str
    directory: Path

    @property
    def root(self) -> Path:
        """Its file system, once mounted."""
        return self.directory / "root"

    @property
    def hostname(self) -> str:
        """As EC2 names its hosts; there is no proper FQDN."""
        return f"ip-{self.address.replace('.', '-')}"


def mount(machine: Machine) -> None:
    """Mount the machine's file system, fresh from the base tree."""
    for part in ("upper", "work", "root"):
        (machine.directory / part).mkdir(parents=True)
    layers = f"upperdir={machine.directory}/upper,workdir={machine.directory}/work"
    options = f"lowerdir={tree_path(machine.release)},{layers}"
    run("mount", "-t", "overlay", network.namespace_name(machine.lab, machine.name), "-o", options,
        machine.root)  # fmt: skip


def personalise(machine: Machine, gateway: str, ca: Path, admin_key: str) -> str:
    """Write what makes the host itself; its line for known_hosts."""
    etc = machine.root / "etc"
    (etc / "hostname").write_text(f"{machine.hostname}\n")
    (etc / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
    (etc / "resolv.conf").write_text(f"nameserver {gateway}\n")
    public_key = keys.make_key(etc / "ssh/ssh_host_ed25519_key", f"root@{machine.hostname}")
    authorized = machine.root / "home/admin/.ssh/authorized_keys"
    authorized.write_text(f"{admin_key}\n")
    shutil.copy(ca, machine.root / "usr/local/share/ca-certificates/mailfleet-lab.crt")
    run("chroot", machine.root, "update-ca-certificates")
    names = [machine.name, f"{machine.name}.lab.internal"]
    return keys.known_host(machine.address, names, public_key)


def boot(machine: Machine) -> None:
    """Start the machine and return at once; it runs on when we end."""
    name = network.namespace_name(machine.lab, machine.name)
    nspawn = [
        "systemd-nspawn", "--boot", "--quiet", "--settings=no", "--register=no", "--keep-unit",
        "--console=passive", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
        f"--network-namespace-path=/run/netns/{name}", f"--machine={name}",
        f"--hostname={machine.hostname}", f"--directory={machine.root}",
    ]  # fmt: skip
    with (machine.directory / "console.log").open("wb") as console:
        subprocess.Popen(
            in_own_group(machine.lab, machine.name, nspawn),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_up(machine: Machine, ssh: Ssh) -> None:
    """Return when the machine has booted and lets admin in; LabError after BOOT_SECONDS."""
    deadline = time.monotonic() + BOOT_SECONDS
    state = "no SSH"
    while time.monotonic() < deadline:
        if _listens(machine.address):
            state = system_state(ssh, machine.address) or "no login"
            if state in _USABLE:
                return
        time.sleep(0.1)
    console = machine.directory / "console.log"
    last = "\n".join(console.read_text(errors="replace").splitlines()[-15:])
    raise LabError(f"{machine.name} did not boot: {state}. {console} ends with:\n{last}")


def is_up(ssh: Ssh, address: str) -> bool:
    """Whether a host lets admin in and its systemd is content."""
    return _listens(address) and system_state(ssh, address) in _USABLE


def system_state(ssh: Ssh, address: str) -> str:
    """`systemctl is-system-running`, waiting for the end of the boot; "" without a login."""
    argv = ssh_argv(ssh, address, "systemctl", "is-system-running", "--wait")
    return run(*argv, check=False, timeout=BOOT_SECONDS).strip()


def _listens(address: str) -> bool:
    try:
        socket.create_connection((address, 22), timeout=1).close()
    except OSError:
        return False
    return True
