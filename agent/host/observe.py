"""Managed files as they are: digests, attributes and text."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import stat
from typing import Any

from agent.host.common import HostError

LARGEST_TEXT = 256 * 1024


def digest(content: bytes, secret: bool) -> str:
    """SHA-256; for secrets scrypt, so that reading one's digest helps nobody to guess it."""
    if secret:
        return hashlib.scrypt(content, salt=b"mailfleet", n=2**14, r=8, p=1, dklen=32).hex()
    return hashlib.sha256(content).hexdigest()


def observe(root: str, path: str, secret: bool) -> dict[str, Any] | None:
    """What is at `path`: None, or its digest, mode, owner, group and, when it may be shown, text.

    A symbolic link is reported as such and not followed: a new file will replace it.
    """
    try:
        status = os.lstat(root + path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        content = b"symbolic link to " + os.fsencode(os.readlink(root + path))
    elif stat.S_ISREG(status.st_mode):
        with open(root + path, "rb") as file:
            content = file.read()
    else:
        raise HostError(f"{path}: found something that is not a file, expected a file")
    return {
        "digest": digest(content, secret),
        "mode": f"{stat.S_IMODE(status.st_mode):o}",
        "owner": _name(pwd.getpwuid, status.st_uid),
        "group": _name(grp.getgrgid, status.st_gid),
        "text": None if secret else _text(content),
    }


def _name(look_up: Any, number: int) -> str:
    try:
        return str(look_up(number)[0])
    except KeyError:
        return str(number)


def _text(content: bytes) -> str | None:
    if len(content) > LARGEST_TEXT:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def no_files(directory: str, names: list[str]) -> list[str]:
    """The sockets, pipes and devices among names in a directory: they have no content to copy."""
    modes = {name: os.lstat(os.path.join(directory, name)).st_mode for name in names}
    copied = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
    return [name for name, mode in modes.items() if not any(is_kind(mode) for is_kind in copied)]
