"""A control group for each host and the services. Hosts that share one confuse each other.

Where systemd is PID 1, it keeps the control groups and `systemd-run --scope` asks it for one.
Elsewhere we make them, as <hierarchy>/<lab>/<member>, in the hierarchies that systemd looks at.
"""

from collections.abc import Iterator
from pathlib import Path

from lab.errors import LabError
from lab.mounts import mounts


def systemd_is_init() -> bool:
    """As sd_booted(3)."""
    return Path("/run/systemd/system").is_dir()


def hierarchies() -> list[Path]:
    """Mount points of cgroup v2 and of version 1's name=systemd."""
    return [
        Path(mount.point)
        for mount in mounts()
        if mount.kind == "cgroup2" or (mount.kind == "cgroup" and "name=systemd" in mount.options)
    ]


def in_own_group(lab: str, member: str, command: list[str]) -> list[str]:
    """The command that runs `command` in a control group of its own, named after this member."""
    if systemd_is_init():
        unit = f"--unit={lab}-{member}"
        scope = ["systemd-run", "--quiet", "--scope", "--collect", unit, "-p", "Delegate=yes"]
        return [*scope, *command]
    files = []
    for root in hierarchies():
        group = root / lab / member
        try:
            group.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LabError(f"cannot make the control group {group}: {error.strerror}") from error
        files.append(str(group / "cgroup.procs"))
    enter = 'count=$1; shift; while [ $((count -= 1)) -ge 0 ]; do echo $$ > "$1"; shift; done'
    return ["sh", "-euc", f'{enter}; exec "$@"', "sh", str(len(files)), *files, *command]


def groups(lab: str) -> Iterator[Path]:
    """The control groups of a lab that are there, innermost first."""
    for root in hierarchies():
        top = root / lab
        if top.is_dir():
            yield from sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True)
            yield top
