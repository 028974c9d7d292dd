"""A change to a host's files that is made completely, or not at all.

Before the first file is replaced, each one gets a second name in its directory: a hard link, which
keeps its content, owner, mode and age, and a symbolic link as such. Rolling back is then a rename,
which needs no space. A file that can't be changed (chattr +i, a bind mount) can't get a second
name, so that such a host is found before anything is live.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from agent.host.common import UNDO, HostError, end_within, sentence_of, warn
from agent.host.files import beside, naming, new_file, put, remove, sync_directory
from agent.host.state import main_last

UNTOUCHED = "no live file was changed"
BACK = "this host was rolled back to what worked before"


class Transaction:
    """The files that one run replaces; `root` is a prefix of every path."""

    def __init__(self, root: str, back: str) -> None:
        self._root = root
        self._back = back
        self._new: dict[str, str] = {}  # the staged file, by the path that it will have
        self._old: dict[str, str | None] = {}  # the second name; None where there was nothing
        self._directories: list[str] = []  # made by us
        self._undo_first: list[Callable[[], None]] = []
        self._undo: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []
        self._touched = False

    def stage(self, files: list[dict[str, Any]]) -> None:
        """Write new files next to the ones that they will replace; a `link` is a symbolic one."""
        for file in files:
            path = file["path"]
            with naming(path):
                directory, name = os.path.split(self._root + path)
                self._make(directory)
                self._new[path] = _written(directory, beside(name), file)

    def keep(self, paths: list[str]) -> None:
        """Restore what is at these paths now if the change fails."""
        for path in paths:
            if path in self._old:
                continue
            second = self._root + second_name(path)
            try:
                os.link(self._root + path, second, follow_symlinks=False)
                self._old[path] = second
            except (FileNotFoundError, NotADirectoryError):
                self._old[path] = None
            except OSError as error:
                raise HostError(
                    f"{path}: {error.strerror}: it cannot be replaced; check whether it is "
                    "immutable (lsattr) or a mount (findmnt)"
                ) from None

    def keep_instead(self, path: str, file: dict[str, Any] | None) -> None:
        """Restore this file at `path`, or no file for None, instead of what is there now."""
        with naming(path):
            directory, name = os.path.split(self._root + second_name(path))
            if os.path.isdir(directory):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(directory, name))
                self._old[path] = _written(directory, name, file) if file else None

    def put_all(self) -> Iterator[str]:
        """Move the staged files into place, main.cf last; yields the path of each."""
        for path in sorted(self._new, key=main_last):
            self._touched = True
            with naming(path):
                put(self._root, path, self._new[path])
            del self._new[path]
            yield path

    def put_first(self, file: dict[str, Any]) -> None:
        """Move this file into place now; what is staged for the path follows later."""
        self._touched = True
        with naming(file["path"]):
            directory, name = os.path.split(self._root + _first_name(file["path"]))
            put(self._root, file["path"], new_file(directory, name, file))

    def remove(self, path: str) -> None:
        self._touched = True
        with naming(path):
            remove(self._root, path)

    @property
    def staged(self) -> bool:
        """Whether staged files are left to put."""
        return bool(self._new)

    def on_undo(self, *steps: Callable[[], None]) -> None:
        """Steps of a rollback once the files are as they were, in this order."""
        self._undo.extend(steps)

    def on_undo_first(self, *steps: Callable[[], None]) -> None:
        """Steps of a rollback while the new files are still there."""
        self._undo_first.extend(steps)

    def afterwards(self, *steps: Callable[[], None]) -> None:
        """Steps after the change. Their failure is a warning: the change stays."""
        self._afterwards.extend(steps)

    def done(self) -> None:
        """The change is made: clean up, and run the steps that follow it."""
        self.close()
        for failure in _failing(self._afterwards):
            warn(failure)

    def undo(self) -> str:
        """Restore what was kept, as far as possible; returns what the host is now."""
        end_within(UNDO)
        failures = [
            *_failing(self._undo_first), *self._files_back(), *_failing(self._undo)
        ]  # fmt: skip
        self.close()
        for directory in reversed(self._directories):
            with contextlib.suppress(OSError):
                os.rmdir(directory)
        if failures:
            reasons = "; ".join(failures)
            return f"the rollback failed: {reasons}: fix that and deploy again"
        return self._back if self._touched else UNTOUCHED

    def close(self) -> None:
        """Remove the second names and what was not put. The next run removes what is left."""
        for path in [*self._new.values(), *filter(None, self._old.values())]:
            with contextlib.suppress(OSError):
                os.unlink(path)

    def _files_back(self) -> Iterator[str]:
        """First the files that existed, main.cf last; then the new ones that main.cf named go."""
        for path in sorted(self._old, key=lambda p: (self._old[p] is None, main_last(p))):
            try:
                self._one_back(path, self._old[path])
            except OSError as error:
                yield f"{path} is still the new one: {sentence_of(error)}"

    def _one_back(self, path: str, second: str | None) -> None:
        if second is None:
            remove(self._root, path)
        else:
            put(self._root, path, second)

    def _make(self, directory: str) -> None:
        missing = directory
        made = []
        while not os.path.isdir(missing):
            made.append(missing)
            missing = os.path.dirname(missing)
        for new in reversed(made):
            self._directories.append(new)
            os.mkdir(new)
            os.chmod(new, 0o755)  # noqa: S103  whatever the umask: it may hold programs of other users


def _failing(steps: list[Callable[[], None]]) -> Iterator[str]:
    for step in steps:
        try:
            step()
        except Exception as error:
            yield sentence_of(error)


def _first_name(path: str) -> str:
    return f"{second_name(path)}-first"


def second_name(path: str) -> str:
    directory, name = os.path.split(path)
    return f"{directory}/{beside(name)}-old"


@contextlib.contextmanager
def transaction(root: str, back: str = BACK) -> Iterator[Transaction]:
    """All changes made within, or none. Raises HostError with the first reason and the state that
    the host is in: `back` when everything was rolled back."""
    change = Transaction(root, back)
    try:
        yield change
    except BaseException as reason:
        raise HostError(f"{sentence_of(reason)}; {change.undo()}") from None
    change.done()


def sweep(root: str, paths: list[str]) -> None:
    """Remove what a killed run has left next to these files."""
    for path in paths:
        directory, name = os.path.split(path)
        for left in (f"{directory}/{beside(name)}", second_name(path), _first_name(path)):
            with naming(path), contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(root + left)


def _written(directory: str, name: str, file: dict[str, Any]) -> str:
    if "link" not in file:
        return new_file(directory, name, file)
    path = os.path.join(directory, name)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    os.symlink(file["link"], path)
    sync_directory(directory)
    return path
