"""Take a lab away, whatever state it is in."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import leftovers
from lab.errors import LabError
from lab.run import run, succeeds

# What a lab keeps in its directory. Anything else there is not ours.
_FILES = ("lab.json", ".lab.json.new", "services.json", "services.pid", "services.log")
_FOLDERS = ("aws", "ca", "machines", "ssh")


def take_down(lab: str, directory: Path) -> None:
    """Remove the lab's processes, mounts, namespaces, links, control groups and files.

    LabError, with what is left, when something does not go away.
    """
    (directory / "lab.json").unlink(missing_ok=True)  # from now on the lab is not up
    _end_processes(lab, directory)
    there = leftovers.find(lab, directory)
    for point in reversed(there.mounts):
        if not succeeds("umount", point):
            run("umount", "--lazy", point)
    for namespace in there.namespaces:
        run("ip", "netns", "delete", namespace)
    for link in there.links:
        run("ip", "link", "delete", link, check=False)  # it may go with the namespace
    _remove_empty([*there.groups, *_nspawn_folders(lab)])
    _remove_files(directory)
    _until(lambda: not leftovers.find(lab, directory), 10)
    left = leftovers.find(lab, directory)
    if left:
        raise LabError(f"could not take away all of the lab: {left}")


def _end_processes(lab: str, directory: Path) -> None:
    """Hosts first: systemd-nspawn then cleans up after them and ends by itself."""

    def alive() -> list[int]:
        return leftovers.processes(lab, directory)

    _kill(pid for pid in alive() if not _is_supervisor(pid))
    if not _until(lambda: not alive(), 5):
        _kill(alive())
        _until(lambda: not alive(), 5)


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _is_supervisor(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "systemd-nspawn"
    except OSError:
        return False


def _nspawn_folders(lab: str) -> list[Path]:
    return sorted(Path("/run/systemd/nspawn").glob(f"*/{lab}-*"))


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:  # not empty yet, which is reported in the end, or gone
            continue


def _remove_files(directory: Path) -> None:
    for name in _FOLDERS:
        shutil.rmtree(directory / name, ignore_errors=True)
    for name in _FILES:
        (directory / name).unlink(missing_ok=True)
    _remove_empty([directory])


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
