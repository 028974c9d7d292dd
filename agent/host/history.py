"""Postfix's files that worked before: kept when others take their place, and put back."""

from __future__ import annotations

import base64
import os
import shutil
from typing import Any

from agent.host.common import say
from agent.host.files import digest, observe, prepared, put, remove
from agent.host.state import (
    APPLIED,
    KEPT,
    LOADED,
    POSTFIX,
    keep,
    kept,
    live_digest,
    main_last,
    observed,
)

ADOPTED = f"{KEPT}/adopted"
PREVIOUS = f"{KEPT}/previous"
CREDENTIALS = f"{POSTFIX}sasl_passwd"


def foreign(root: str) -> bool:
    """Whether there is a Postfix configuration that mailfleet did not write."""
    return kept(root, APPLIED) is None and os.path.exists(f"{root}{POSTFIX}main.cf")


def set_aside(root: str) -> None:
    """Keep all of somebody's Postfix directory for good, before any of it is replaced."""
    if not foreign(root) or os.path.exists(root + ADOPTED):
        return
    beside = f"{root}{ADOPTED}.new"
    shutil.rmtree(beside, ignore_errors=True)
    os.makedirs(beside, mode=0o700)
    shutil.copytree(root + POSTFIX, f"{beside}/postfix", symlinks=True)
    os.rename(beside, root + ADOPTED)
    say(f"kept the Postfix configuration that was here in {ADOPTED}")


def remember(root: str, managed: list[dict[str, Any]]) -> None:
    """Keep the live files, if Postfix has loaded them and answered, or somebody else wrote them;
    else those kept before stay."""
    loaded = kept(root, LOADED)
    worked = loaded and loaded.get("digest") == live_digest(observed(root, managed))
    if worked or foreign(root):
        ours = [file for file in managed if file["path"].startswith(POSTFIX)]
        keep(root, PREVIOUS, {"files": {file["path"]: _whole(root, file) for file in ours}})


def previous(root: str) -> dict[str, Any] | None:
    """The kept files in the shape of observe(), by path; None when there are none."""
    record = kept(root, PREVIOUS)
    return record and {path: file and file["seen"] for path, file in record["files"].items()}


def renew_credentials(root: str) -> None:
    """Give the kept files the credentials that are live and work: of those that they hold, one may
    have been taken out of use since, as when keys are rotated."""
    record = kept(root, PREVIOUS)
    file = record["files"].get(CREDENTIALS) if record else None
    if not record or not file:
        return
    with open(root + CREDENTIALS, "rb") as live:
        now = _lines(live.read())
    content = b"".join({**_lines(base64.b64decode(file["content"])), **now}.values())
    file["content"] = base64.b64encode(content).decode()
    file["seen"]["digest"] = digest(content, secret=True)
    keep(root, PREVIOUS, record)


def _lines(content: bytes) -> dict[bytes, bytes]:
    """The lines of a table by their keys; comments are theirs."""
    return {line.partition(b" ")[0]: line for line in content.splitlines(keepends=True)}


def put_back(root: str, record: dict[str, Any]) -> None:
    """Let the files of such a record take the place of the live ones."""
    files = [
        {
            "path": path,
            "content": base64.b64decode(file["content"]),
            **{key: file["seen"][key] for key in ("mode", "owner", "group")},
        }
        for path, file in record["files"].items()
        if file
    ]
    with prepared(root, files) as beside:
        for path in sorted(beside, key=main_last):
            put(root, path, beside.pop(path))
    for path, file in record["files"].items():
        if not file:
            remove(root, path)


def _whole(root: str, file: dict[str, Any]) -> dict[str, Any] | None:
    """A live file and its content. A symbolic link is no file of ours, and is not kept."""
    path = root + file["path"]
    seen = observe(root, file["path"], file["secret"])
    if seen is None or os.path.islink(path):
        return None
    with open(path, "rb") as source:
        return {"seen": seen, "content": base64.b64encode(source.read()).decode()}
