"""The previous configuration: Postfix's files as they worked, kept when they are replaced, and
restored by a rollback.

A symbolic link is kept as such, without its target. A configuration that mailfleet did not write is
restored byte for byte.
"""

from __future__ import annotations

import base64
import os
import shutil
from typing import Any

from agent.host.common import say
from agent.host.files import naming
from agent.host.observe import digest, no_files, observe
from agent.host.state import (
    APPLIED,
    KEPT,
    LOADED,
    POSTFIX,
    keep,
    kept,
    live_digest,
    observed,
)

ADOPTED = f"{KEPT}/adopted"
PREVIOUS = f"{KEPT}/previous"
CREDENTIALS = f"{POSTFIX}sasl_passwd"


def foreign(root: str) -> bool:
    """Whether there is a Postfix configuration that mailfleet did not write."""
    return kept(root, APPLIED) is None and os.path.exists(f"{root}{POSTFIX}main.cf")


def set_aside(root: str) -> bool:
    """Keep a Postfix directory that mailfleet did not write for good, before any of it is replaced;
    returns whether it did."""
    if not foreign(root) or os.path.exists(root + ADOPTED):
        return False
    beside = f"{root}{ADOPTED}.new"
    try:
        with naming(ADOPTED):
            shutil.rmtree(beside, ignore_errors=True)
            os.makedirs(beside, mode=0o700)
            shutil.copytree(root + POSTFIX, f"{beside}/postfix", symlinks=True, ignore=no_files)
            os.rename(beside, root + ADOPTED)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    say(f"kept the existing Postfix configuration in {ADOPTED}")
    return True


def works(root: str, managed: list[dict[str, Any]]) -> bool:
    """Whether Postfix has loaded the live files and answered, or mailfleet did not write them."""
    loaded = kept(root, LOADED)
    ours = loaded and loaded.get("digest") == live_digest(observed(root, managed))
    return bool(ours) or foreign(root)


def remember(root: str, managed: list[dict[str, Any]]) -> None:
    """Keep the live files if they work; otherwise the ones kept before stay."""
    if works(root, managed):
        ours = [file for file in managed if file["path"].startswith(POSTFIX)]
        files = {file["path"]: _with_content(root, file) for file in ours}
        keep(root, PREVIOUS, {"files": files, "foreign": foreign(root)})


def previous(root: str) -> dict[str, Any] | None:
    """The kept files in the shape of observe(), by path; None when there are none."""
    record = kept(root, PREVIOUS)
    return record and {path: file and file["seen"] for path, file in record["files"].items()}


def renew_credentials(root: str) -> None:
    """Update the credentials of the kept files to the live ones, which work: a rotation may have
    deleted an old one since."""
    record = kept(root, PREVIOUS)
    file = record["files"].get(CREDENTIALS) if record else None
    if not record or not file or "content" not in file or record.get("foreign"):
        return
    with open(root + CREDENTIALS, "rb") as live:
        now = _lines(live.read())
    content = b"".join({**_lines(base64.b64decode(file["content"])), **now}.values())
    file["content"] = base64.b64encode(content).decode()
    file["seen"]["digest"] = digest(content, secret=True)
    keep(root, PREVIOUS, record)


def _lines(content: bytes) -> dict[bytes, bytes]:
    """The lines of a table by their keys; comments count as keys."""
    return {line.partition(b" ")[0]: line for line in content.splitlines(keepends=True)}


def files_of(record: dict[str, Any]) -> dict[str, dict[str, Any] | None]:
    """The files of such a record, ready to be staged, by path; None where there was none."""
    return {path: file and _stageable(path, file) for path, file in record["files"].items()}


def _stageable(path: str, file: dict[str, Any]) -> dict[str, Any]:
    if "link" in file:
        return {"path": path, "link": file["link"]}
    attributes = {key: file["seen"][key] for key in ("mode", "owner", "group")}
    return {"path": path, "content": base64.b64decode(file["content"]), **attributes}


def _with_content(root: str, file: dict[str, Any]) -> dict[str, Any] | None:
    """A live file with its content, or a symbolic link with its target."""
    path = root + file["path"]
    seen = observe(root, file["path"], file["secret"])
    if seen is None:
        return None
    if os.path.islink(path):
        return {"seen": seen, "link": os.readlink(path)}
    with open(path, "rb") as source:
        return {"seen": seen, "content": base64.b64encode(source.read()).decode()}
