"""What of a lab is there on this machine: found by its name and directory, not from memory."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from lab.cgroups import groups
from lab.mounts import mounts

_NAMESPACES = Path("/run/netns")
_LINKS = Path("/sys/class/net")


@dataclass(frozen=True)
class Leftovers:
    """Processes by id, mounts by path in order of mounting, the rest by name."""

    processes: tuple[int, ...]
    mounts: tuple[str, ...]
    namespaces: tuple[str, ...]
    links: tuple[str, ...]
    groups: tuple[Path, ...]

    def __bool__(self) -> bool:
        return any((self.processes, self.mounts, self.namespaces, self.links, self.groups))


def find(lab: str, directory: Path) -> Leftovers:
    """Everything that a lab has on this machine beside its directory."""
    inside = f"{directory}/"
    return Leftovers(
        processes=tuple(processes(lab, directory)),
        mounts=tuple(mount.point for mount in mounts() if mount.point.startswith(inside)),
        namespaces=tuple(_named(_NAMESPACES, f"{lab}-")),
        links=tuple(_named(_LINKS, lab)),
        groups=tuple(groups(lab)),
    )


def processes(lab: str, directory: Path) -> list[int]:
    """Ids of the processes in the lab's control groups or namespaces, and of those working for it.

    Not those that merely look at it, such as an editor of a file in its directory.
    """
    networks = {_inode(_NAMESPACES / name) for name in _named(_NAMESPACES, f"{lab}-")}
    group = re.compile(rf"/{lab}[-/]")
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            argv = os.fsdecode((entry / "cmdline").read_bytes()).split("\0")
            ours = argv != [""] and (  # a zombie has no command line any more
                bool(group.search((entry / "cgroup").read_text()))
                or works_for(argv, lab, directory)
                or entry.joinpath("root").readlink().is_relative_to(directory)
                or _inode(entry / "ns/net") in networks
            )
        except OSError:  # it has just ended, or is somebody else's
            continue
        if ours:
            found.append(int(entry.name))
    return found


def works_for(argv: list[str], lab: str, directory: Path) -> bool:
    """Whether this command line is that of a lab's services, of a host's, or of ssh to a host."""
    services = argv[1:4] == ["-m", "lab.services", str(directory)]
    host = any(argument.startswith(f"--machine={lab}-") for argument in argv)
    ssh = Path(argv[0]).name == "ssh" and str(directory / "ssh/id_ed25519") in argv
    return services or host or ssh


def _inode(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _named(folder: Path, prefix: str) -> list[str]:
    return sorted(path.name for path in folder.glob(f"{prefix}*"))
