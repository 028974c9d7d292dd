"""A copy of Postfix's directory, to try a new configuration in."""

from __future__ import annotations

import os
import shutil


def copy_configuration(source: str, target: str) -> None:
    """Copy what Postfix could read: files, also those that links lead to, with their age (Postfix
    waits with a file that is new).

    Owners and modes are not what is judged, and stay behind. So do devices, sockets and links that
    lead nowhere. A directory that is a link is not copied but linked to: it may lead to anything.
    """
    os.makedirs(target, mode=0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            copy = os.path.join(target, entry.name)
            if entry.is_dir(follow_symlinks=False):
                copy_configuration(entry.path, copy)
            elif entry.is_dir():
                os.symlink(os.path.realpath(entry.path), copy)
            elif entry.is_file():
                shutil.copyfile(entry.path, copy)
                found = entry.stat()
                os.utime(copy, ns=(found.st_atime_ns, found.st_mtime_ns))
