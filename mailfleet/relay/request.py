"""Requests to the programs that run on a host."""

import base64
from collections.abc import Mapping
from typing import Any

from mailfleet.relay.file import File
from mailfleet.relay.plan import (
    certificate_to_make,
    changed_files,
    files_to_remove,
    load_action,
    missing_packages,
    stale_units,
    to_restart,
)
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.provider_switch import weights_text
from mailfleet.relay.state import HostState
from mailfleet.relay.systems import EVERY_PACKAGE, POSTFIX_UNITS
from mailfleet.relay.tree import SECRETS, Desired


def read_request(desired: Desired, *, previous: bool = False) -> dict[str, Any]:
    """For the program "read": all that `desired` manages, and the packages of any system; with
    `previous` also the previous configuration."""
    return {
        "previous": previous,
        "files": _managed(desired),
        "packages": list(EVERY_PACKAGE),
        "units": sorted({*POSTFIX_UNITS, *(unit.name for unit in desired.units)}),
    }


def apply_request(
    desired: Desired, found: HostState, by: str, canary: tuple[str, str] | None = None
) -> dict[str, Any]:
    """For the program "apply": what `plan` shows, for a host that is still as `found`.

    `by` is "user@machine", recorded on the host; `canary` are the sender and the recipient of a
    message that has to leave. Raises ValueError while a file's content is not known.
    """
    return {
        "expected": found.digest,
        "by": by,
        "managed": _managed(desired),
        "manager": desired.system.manager,
        "packages": missing_packages(desired, found),
        "files": [_file(file) for file in changed_files(desired, found)],
        "absent": files_to_remove(desired, found),
        "certificate": certificate_to_make(desired, found),
        "nexthops": list(desired.nexthops),
        "units": _units(desired, found),
        "load": load_action(desired, found),
        "waiting": bool(found.queue.unfinished),
        "canary": canary and {"from": canary[0], "to": canary[1]},
    }


def preview_request(desired: Desired, found: HostState) -> dict[str, Any] | None:
    """For the program "queue_preview": Postfix's files as they would be. None when no mail is
    queued, or none of the files changes."""
    if not (found.queue.total or found.queue.held) or not load_action(desired, found):
        return None
    files = [file for file in changed_files(desired, found) if file.path.startswith(POSTFIX)]
    absent = [path for path in files_to_remove(desired, found) if path.startswith(POSTFIX)]
    if not files and not absent:
        return None
    return {
        "files": [_file(file) for file in files if file.path not in SECRETS and file.content],
        "absent": absent,
        "previous": False,
    }


def preview_rollback_request(found: HostState) -> dict[str, Any] | None:
    """For the same program, with the previous configuration. None when no mail is queued."""
    queued = found.queue.total or found.queue.held
    return {"files": [], "absent": [], "previous": True} if queued else None


def rollback_request(desired: Desired, found: HostState, by: str) -> dict[str, Any]:
    """For the program "rollback", for a host that is still as `found`."""
    return {"expected": found.digest, "by": by, "managed": _managed(desired)}


def switch_request(found: HostState, by: str, to: Mapping[str, int] | None) -> dict[str, Any]:
    """For the program "switch", for a host whose switch is still as `found`."""
    return {"expected": found.switch.to, "by": by, "to": to, "shown": weights_text(to)}


def _managed(desired: Desired) -> list[dict[str, Any]]:
    return [{"path": path, "secret": path in SECRETS} for path in desired.managed]


def _file(file: File) -> dict[str, str]:
    if file.content is None:
        raise ValueError(f"the content of {file.path} is not known yet")
    return {
        "path": file.path,
        "mode": file.mode,
        "owner": file.owner,
        "group": file.group,
        "content": base64.b64encode(file.content).decode(),
    }


def _units(desired: Desired, found: HostState) -> dict[str, Any]:
    now = found.units
    return {
        "reload": stale_units(desired, found),
        "disable": [
            unit.name
            for unit in desired.units
            if not unit.enabled and (now[unit.name].enabled or now[unit.name].active)
        ],
        "enable": [
            unit.name for unit in desired.units if unit.enabled and not now[unit.name].enabled
        ],
        "restart": [unit.name for unit in desired.units if to_restart(unit, desired, found)],
    }
