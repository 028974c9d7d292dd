"""The machine's mount table."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mount:
    """`options` are the file system's own ("super options" in proc_pid_mountinfo(5))."""

    point: str
    kind: str
    options: tuple[str, ...]


def mounts() -> list[Mount]:
    """What is mounted in this mount namespace, in order of mounting."""
    return parse(Path("/proc/self/mountinfo").read_text())


def parse(mountinfo: str) -> list[Mount]:
    """Mounts from the text of /proc/self/mountinfo."""
    found = []
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        found.append(Mount(_unescape(left.split(" ")[4]), kind, tuple(options.split(","))))
    return found


def _unescape(path: str) -> str:
    """Spaces and the like are written in octal: \\040."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)
