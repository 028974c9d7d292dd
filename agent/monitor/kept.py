"""The monitor's memory, which a full disk does not take away: a file of fixed size.

All its blocks are written when it is made, and later ones overwrite them in place: one slot after
the other, each with a number and a checksum, so that an interrupted write leaves the earlier state.
Where the first place cannot be written (a read-only file system), the next one is used.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

SLOT = 1024 * 1024  # bytes; two of them are a file
SLOTS = 2
_HEADER = 128


def read_kept(paths: Sequence[str]) -> dict[str, Any]:
    """The latest state that was kept in any of the places; empty when there is none."""
    return _latest(paths)[1]


def keep(paths: Sequence[str], state: Mapping[str, Any]) -> str:
    """Keep it in the first place that takes it: "", or one sentence on why none did."""
    number = _latest(paths)[0] + 1
    payload = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    content = payload.encode(errors="replace")
    if len(content) > SLOT - _HEADER:
        return f"the monitor's state has {len(content)} bytes, more than the {SLOT} kept for it"
    digest = hashlib.sha256(content).hexdigest()
    header = f"{number} {len(content)} {digest}".encode().ljust(_HEADER)
    failures = []
    for path in paths:
        try:
            _write(path, number % SLOTS * SLOT, header + content)
            return ""
        except OSError as error:
            failures.append(f"{path}: {error.strerror}")
    return f"the monitor's state cannot be saved ({'; '.join(failures)})"


def _write(path: str, place: int, content: bytes) -> None:
    size = SLOT * SLOTS
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_size < size:
            _reserve(descriptor, size)
        os.lseek(descriptor, place, os.SEEK_SET)
        _write_all(descriptor, content)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _reserve(descriptor: int, size: int) -> None:
    """Zeros, written out: blocks that are only allocated need more space when they are used."""
    start = os.fstat(descriptor).st_size
    os.lseek(descriptor, start, os.SEEK_SET)
    _write_all(descriptor, bytes(size - start))


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _latest(paths: Sequence[str]) -> tuple[int, dict[str, Any]]:
    found: tuple[int, dict[str, Any]] = (0, {})
    for path in paths:
        for slot in range(SLOTS):
            number, state = _slot(path, slot)
            if number > found[0]:
                found = (number, state)
    return found


def _slot(path: str, slot: int) -> tuple[int, dict[str, Any]]:
    """(0, {}) where nothing complete was written."""
    try:
        with open(path, "rb") as file:
            file.seek(slot * SLOT)
            number, length, digest = file.read(_HEADER).split()
            content = file.read(min(int(length), SLOT))
        if hashlib.sha256(content).hexdigest().encode() != digest:
            return 0, {}
        state = json.loads(content)
        return (int(number), state) if isinstance(state, dict) else (0, {})
    except (OSError, ValueError):
        return 0, {}
