"""Managed files: writing new ones, and putting them in place."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from typing import Any

from agent.host.common import HostError

SETTLED = 3.0  # seconds


def new_file(directory: str, name: str, file: dict[str, Any]) -> str:
    """Write a file's content to `name` in `directory`; returns its path.

    It gets its final owner (root, unless one is given) and mode before its content; until then
    only root may open it.
    """
    path = os.path.join(directory, name)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with open(descriptor, "wb") as out:
            if "owner" in file:
                os.fchown(descriptor, *_ids(file))
            os.fchmod(descriptor, int(file["mode"], 8))
            out.write(file["content"])
            out.flush()
            os.fsync(descriptor)
            # Postfix does not read a file younger than 2 s, which may still be being written
            settled = time.time() - SETTLED
            os.utime(descriptor, (settled, settled))
    except BaseException:
        os.unlink(path)
        raise
    return path


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """Errors within name this live file, whichever temporary file they are about."""
    try:
        yield
    except shutil.Error:
        raise  # names the file itself
    except OSError as error:
        raise HostError(f"{path}: {error.strerror or type(error).__name__}") from None


def replace(root: str, path: str, file: dict[str, Any]) -> None:
    """Write a managed file at `path`, atomically."""
    directory, name = os.path.split(root + path)
    with naming(path):
        os.makedirs(directory, mode=0o755, exist_ok=True)
        put(root, path, new_file(directory, beside(name), file))


def beside(name: str) -> str:
    """The name of a file's new content until it takes its place."""
    return f".{name}.mailfleet"


def put(root: str, path: str, new: str) -> None:
    """Let the file `new` replace the one at `path`, durably."""
    os.replace(new, root + path)
    sync_directory(os.path.dirname(root + path))


def remove(root: str, path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(root + path)
        sync_directory(os.path.dirname(root + path))


def sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ids(file: dict[str, Any]) -> tuple[int, int]:
    try:
        return pwd.getpwnam(file["owner"]).pw_uid, grp.getgrnam(file["group"]).gr_gid
    except KeyError as unknown:
        raise HostError(f"{file['path']}: {unknown.args[0]!s} on this host") from None
