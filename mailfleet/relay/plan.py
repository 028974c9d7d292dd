"""What would change on a relay host: the desired state compared with the one found."""

import re

from mailfleet.plan.change import KNOWN_AFTER_APPLY, SECRET, SECRET_CHANGED, Action, Change
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.access import listening
from mailfleet.relay.component import UNITS
from mailfleet.relay.digest import digest
from mailfleet.relay.file import File
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.provider_switch import ROUTES, SWITCH
from mailfleet.relay.state import FoundFile, HostState
from mailfleet.relay.systems import POSTFIX_UNITS
from mailfleet.relay.tree import SECRETS, Desired, Unit

MADE_THERE = "(key and self-signed certificate, made on the host and kept there)"
MADE_SWITCH = "(made on the host from what switch.py has set)"
NOT_TEXT = "(not text)"


def plan(host: str, desired: Desired, found: HostState) -> tuple[Change, ...]:
    """The changes that an apply would make; none for a host that is as desired."""
    packages = [
        Change(host, "package", name, "create", None, "installed")
        for name in missing_packages(desired, found)
    ]
    files = [_file(host, file, found.files[file.path]) for file in changed_files(desired, found)]
    made = [
        Change(host, "file", path, "create", None, MADE_THERE)
        for path in [certificate_to_make(desired, found)]
        if path
    ]
    removed = [
        Change(host, "file", path, "delete", _shown(path, found.files[path]), None)
        for path in files_to_remove(desired, found)
    ]
    units = [
        Change(host, "unit", unit.name, "update", before, after)
        for unit in desired.units
        for before, after in [_unit(unit, desired, found)]
        if before != after
    ]
    switch = [
        Change(
            host, "file", SWITCH, "update" if found.switch.found else "create", None, MADE_SWITCH
        )
        for due in [switch_is_due(desired, found)]
        if due
    ]
    action = load_action(desired, found)
    running = "running" if found.running else "stopped"
    service = [Change(host, "service", "postfix", "run", running, action)] if action else []
    return (*packages, *made, *files, *removed, *switch, *units, *service)


def rollback_plan(host: str, found: HostState) -> tuple[Change, ...]:
    """What a rollback to the previous configuration would change, for a host that has one."""
    changes = []
    for path, before in (found.previous or {}).items():
        live = found.files.get(path)
        if live == before:
            continue
        action: Action = "delete" if before is None else "update" if live else "create"
        after = SECRET_CHANGED if path in SECRETS and before else _shown(path, before)
        changes.append(Change(host, "file", path, action, _shown(path, live), after))
    service = Change(host, "service", "postfix", "run", "running", "reload")
    return (*changes, service) if changes else ()


def missing_packages(desired: Desired, found: HostState) -> list[str]:
    return [name for name in desired.packages if found.packages[name] is None]


def changed_files(desired: Desired, found: HostState) -> list[File]:
    """Desired files that the host lacks or has otherwise, or whose content is not known yet."""
    return [file for file in desired.files if not _same(file, found.files[file.path])]


def certificate_to_make(desired: Desired, found: HostState) -> str | None:
    """Where the host has to generate its own certificate; None when it has one."""
    path = desired.certificate
    return path if path and found.files[path] is None else None


def files_to_remove(desired: Desired, found: HostState) -> list[str]:
    return [path for path in desired.absent if found.files[path] is not None]


def switch_is_due(desired: Desired, found: HostState) -> bool:
    """Whether the table that makes a provider switch effective is missing or out of date."""
    needed = any(file.path == ROUTES for file in desired.files)
    return needed and not (found.switch.found and found.switch.current)


def stale_units(desired: Desired, found: HostState) -> bool:
    """Whether systemd must reload unit files, now or after the files have been written."""
    written = [file.path for file in changed_files(desired, found)]
    return any(path.startswith(UNITS) for path in (*written, *files_to_remove(desired, found))) or (
        any(not unit.current for unit in found.units.values())
    )


def to_restart(unit: Unit, desired: Desired, found: HostState) -> bool:
    """An active unit must be restarted to use its changed file."""
    now = found.units[unit.name]
    written = any(file.path == UNITS + unit.name for file in changed_files(desired, found))
    return bool(unit.active) and (not now.active or not now.current or written)


def load_action(desired: Desired, found: HostState) -> str | None:
    """How Postfix gets to run what is on disk: "start", "restart", "reload", or None.

    Decided from the stamp of the last successful load, not from what this run changes: a run that
    was killed between writing and loading is completed by the next one.
    """
    if not found.running:
        return "start"
    if found.loaded is None or found.loaded.listen != _listen(desired):
        return "restart"
    masters = [found.units[name] for name in POSTFIX_UNITS if name in found.units]
    if masters and not (any(unit.main for unit in masters) and all(u.current for u in masters)):
        return "restart"  # systemd tracks the master from its start on, and would miss a crash
    changes = [file.path for file in changed_files(desired, found)]
    changes += files_to_remove(desired, found)
    if any(path.startswith(POSTFIX) for path in changes) or found.loaded.digest != found.live:
        return "reload"
    if certificate_to_make(desired, found) or switch_is_due(desired, found):
        return "reload"
    return None


def _listen(desired: Desired) -> str:
    main_cf, master_cf = (
        (desired.file(f"{POSTFIX}{name}").content or b"").decode()
        for name in ("main.cf", "master.cf")
    )
    parameters = postfix_parameters(main_cf)
    services = re.findall(r"^(\S+) +inet ", master_cf, re.MULTILINE)
    return listening(parameters["inet_interfaces"], parameters["inet_protocols"], services)


def _same(file: File, found: FoundFile | None) -> bool:
    if found is None or file.content is None:
        return False
    same = digest(file.content, file.secret) == found.digest
    return same and _attributes(file) == _attributes(found)


def _attributes(file: File | FoundFile) -> str:
    return f"mode {file.mode}, owner {file.owner}, group {file.group}"


def _file(host: str, file: File, found: FoundFile | None) -> Change:
    action = "create" if found is None else "update"
    before = _shown(file.path, found)
    if file.content is None:
        after = KNOWN_AFTER_APPLY
    elif found and digest(file.content, file.secret) == found.digest:
        before, after = _attributes(found), _attributes(file)
    elif file.secret:
        after = SECRET_CHANGED if found else SECRET
    else:
        after = file.content.decode()
    return Change(host, "file", file.path, action, before, after)  # type: ignore[arg-type]


def _shown(path: str, found: FoundFile | None) -> str | None:
    if found is None:
        return None
    if path in SECRETS:
        return SECRET
    return NOT_TEXT if found.text is None else found.text


def _unit(unit: Unit, desired: Desired, found: HostState) -> tuple[str, str]:
    """The unit before and after; the same text twice when there is nothing to do."""
    now = found.units[unit.name]
    before = ["enabled" if now.enabled else "disabled"]
    after = ["enabled" if unit.enabled else "disabled"]
    if unit.active is not None:
        before.append("active" if now.active else "inactive")
        after.append("active" if unit.active else "inactive")
    if to_restart(unit, desired, found) and now.active:
        after.append("restarted")
    return ", ".join(before), ", ".join(after)
