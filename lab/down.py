"""Take a lab away, whatever state it is in."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import leftovers
from lab.errors import LabError
from lab.isolation import TRIAL
from lab.run import run, succeeds

# What a lab keeps in its directory. Anything else there is not ours.
_FILES = ("lab.json", ".lab.json.new", "services.json", "services.pid", "services.log", "plan.txt")
_FOLDERS = ("aws", "ca", "machines", "ssh", TRIAL)


def take_down(lab: str, directory: Path) -> None:
    """Remove the lab's processes, mounts, namespaces, links, control groups and files.

    LabError, with what is left, when something does not go away.
    """
    (directory / "lab.json").unlink(missing_ok=True)  # from now on the lab is not up

    def is_gone() -> bool:
        # A command of an `up` that was just killed may still add to what we take away.
        _take_down_once(lab, directory)
        return not leftovers.find(lab, directory)

    if not _until(is_gone, 10):
        raise LabError(f"could not take all of the lab away: {leftovers.find(lab, directory)}")
    _remove_files(directory)


def _take_down_once(lab: str, directory: Path) -> None:
    _end_processes(lab, directory)
    there = leftovers.find(lab, directory)
    for point in reversed(there.mounts):
        if not succeeds("umount", point):
            run("umount", "--lazy", point, check=False)
    for namespace in there.namespaces:
        run("ip", "netns", "delete", namespace, check=False)
    for link in there.links:
        run("ip", "link", "delete", link, check=False)  # it may go with the namespace
    _remove_empty([*there.groups, *_nspawn_folders(lab)])


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
