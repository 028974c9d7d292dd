"""Whether this machine lets us have hosts. Found out by trying, in namespaces that vanish."""

import os
import shutil
from pathlib import Path

from lab import packages
from lab.cgroups import hierarchies, systemd_is_init
from lab.run import CommandFailed, run, succeeds

TRIAL = "trial"  # a folder that is there while we try
_COMMANDS = """
mkdir "$1/lower" "$1/upper" "$1/work" "$1/merged"
mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/merged"
ip link add mftrial type bridge
ip link add mftrial0 type veth peer name mftrial1
"""


def why_no_relays(directory: Path) -> str | None:
    """One sentence that says what stands in the way of hosts; None when nothing does.

    As root, installs the Debian packages that are missing. `directory` must exist.
    """
    if os.geteuid() != 0:
        absent = " ".join(packages.missing())
        wanted = f"; they also need these Debian packages: {absent}" if absent else ""
        return f"hosts need network namespaces and mounts, and this is not root{wanted}."
    if not shutil.which("unshare") or not succeeds("unshare", "--net", "--mount", "true"):
        return "this machine does not allow new network and mount namespaces, which hosts need."
    if any(character in str(directory) for character in ":,\\"):
        return f"hosts need overlay mounts, which cannot be in a directory named {directory}."
    return _why_no_packages() or _why_no_control_groups() or _why_no_mounts(directory)


def _why_no_packages() -> str | None:
    absent = packages.missing()
    if not absent:
        return None
    try:
        packages.install(absent)
    except CommandFailed as error:
        reason = (error.stderr.splitlines() or ["apt-get did not work"])[-1]
        return f"hosts need these Debian packages: {' '.join(absent)} ({reason})."
    return None


def _why_no_control_groups() -> str | None:
    if systemd_is_init():
        return None
    roots = hierarchies()
    if not roots or not all(os.access(root, os.W_OK) for root in roots):
        return "hosts run systemd, which needs control groups that are mounted and writable."
    return None


def _why_no_mounts(directory: Path) -> str | None:
    scratch = directory / TRIAL
    scratch.mkdir()
    try:
        run("unshare", "--net", "--mount", "sh", "-euc", _COMMANDS, "sh", scratch)
    except CommandFailed as error:
        reason = (error.stderr.splitlines() or ["the trial did not work"])[-1]
        return f"this machine does not allow the mounts or links that hosts need ({reason})."
    finally:
        shutil.rmtree(scratch)
    return None
