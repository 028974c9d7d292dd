"""What would change on a relay host: desired state against the state as read."""

import re

from mailfleet.plan.change import KNOWN_AFTER_APPLY, SECRET, SECRET_CHANGED, Action, Change
from mailfleet.relay.access import listening
from mailfleet.relay.component import UNITS
from mailfleet.relay.digest import digest
from mailfleet.relay.file import File
from mailfleet.relay.parameters import postfix_parameters
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.provider_switch import ROUTES, SWITCH
from mailfleet.relay.state import HostState, LiveFile
from mailfleet.relay.systems import POSTFIX_UNITS
from mailfleet.relay.tree import SECRETS, Desired, Unit

MADE_THERE = "(key and self-made certificate, made on the host and kept there)"
MADE_SWITCH = "(made on the host, as switch.py says)"
NOT_TEXT = "(not text)"


def plan(host: str, desired: Desired, state: HostState) -> tuple[Change, ...]:
    """The changes that an apply would make; none for a host that is as desired."""
    packages = [
        Change(host, "package", name, "create", None, "installed")
        for name in missing_packages(desired, state)
    ]
    files = [_file(host, file, state.files[file.path]) for file in changed_files(desired, state)]
    made = [
        Change(host, "file", path, "create", None, MADE_THERE)
        for path in [certificate_to_make(desired, state)]
        if path
    ]
    removed = [
        Change(host, "file", path, "delete", _shown(path, state.files[path]), None)
        for path in files_to_remove(desired, state)
    ]
    units = [
        Change(host, "unit", unit.name, "update", before, after)
        for unit in desired.units
        for before, after in [_unit(unit, desired, state)]
        if before != after
    ]
    switch = [
        Change(
            host, "file", SWITCH, "update" if state.switch.found else "create", None, MADE_SWITCH
        )
        for due in [switch_is_due(desired, state)]
        if due
    ]
    action = load_action(desired, state)
    running = "running" if state.running else "stopped"
    service = [Change(host, "service", "postfix", "run", running, action)] if action else []
    return (*packages, *made, *files, *removed, *switch, *units, *service)


def rollback_plan(host: str, state: HostState) -> tuple[Change, ...]:
    """What going back to the files that worked before would change; they are there."""
    changes = []
    for path, before in (state.previous or {}).items():
        live = state.files.get(path)
        if live == before:
            continue
        action: Action = "delete" if before is None else "update" if live else "create"
        after = SECRET_CHANGED if path in SECRETS and before else _shown(path, before)
        changes.append(Change(host, "file", path, action, _shown(path, live), after))
    service = Change(host, "service", "postfix", "run", "running", "reload")
    return (*changes, service) if changes else ()


def missing_packages(desired: Desired, state: HostState) -> list[str]:
    return [name for name in desired.packages if state.packages[name] is None]


def changed_files(desired: Desired, state: HostState) -> list[File]:
    """Desired files that the host does not hold as they should be, or that are not known yet."""
    return [file for file in desired.files if not _same(file, state.files[file.path])]


def certificate_to_make(desired: Desired, state: HostState) -> str | None:
    """Where the host has to make a certificate of its own: it has none there yet."""
    path = desired.certificate
    return path if path and state.files[path] is None else None


def files_to_remove(desired: Desired, state: HostState) -> list[str]:
    return [path for path in desired.absent if state.files[path] is not None]


def switch_is_due(desired: Desired, state: HostState) -> bool:
    """The table that a switch of providers takes effect by is missing, or not as it has to be."""
    wanted = any(file.path == ROUTES for file in desired.files)
    return wanted and not (state.switch.found and state.switch.current)


def stale_units(desired: Desired, state: HostState) -> bool:
    """Whether systemd must read unit files again, now or after the files have been written."""
    written = [file.path for file in changed_files(desired, state)]
    return any(path.startswith(UNITS) for path in (*written, *files_to_remove(desired, state))) or (
        any(not unit.current for unit in state.units.values())
    )


def to_restart(unit: Unit, desired: Desired, state: HostState) -> bool:
    """An active unit has to begin anew to see its changed file."""
    now = state.units[unit.name]
    written = any(file.path == UNITS + unit.name for file in changed_files(desired, state))
    return bool(unit.active) and (not now.active or not now.current or written)


def load_action(desired: Desired, state: HostState) -> str | None:
    """How Postfix comes to run what is on disk: "start", "restart", "reload", or None.

    Asked of the stamp that the last good load left, not of what this run changes: a run that was
    killed between writing and loading is finished by the next one.
    """
    if not state.running:
        return "start"
    if state.loaded is None or state.loaded.listen != _listen(desired):
        return "restart"
    masters = [state.units[name] for name in POSTFIX_UNITS if name in state.units]
    if masters and not (any(unit.main for unit in masters) and all(u.current for u in masters)):
        return "restart"  # systemd learns of the master as it starts: no crash is noticed before
    changes = [file.path for file in changed_files(desired, state)]
    changes += files_to_remove(desired, state)
    if any(path.startswith(POSTFIX) for path in changes) or state.loaded.digest != state.live:
        return "reload"
    if certificate_to_make(desired, state) or switch_is_due(desired, state):
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


def _same(file: File, live: LiveFile | None) -> bool:
    if live is None or file.content is None:
        return False
    return digest(file.content, file.secret) == live.digest and _attributes(file) == _attributes(
        live
    )


def _attributes(file: File | LiveFile) -> str:
    return f"mode {file.mode}, owner {file.owner}, group {file.group}"


def _file(host: str, file: File, live: LiveFile | None) -> Change:
    action = "create" if live is None else "update"
    before = _shown(file.path, live)
    if file.content is None:
        after = KNOWN_AFTER_APPLY
    elif live and digest(file.content, file.secret) == live.digest:
        before, after = _attributes(live), _attributes(file)
    elif file.secret:
        after = SECRET_CHANGED if live else SECRET
    else:
        after = file.content.decode()
    return Change(host, "file", file.path, action, before, after)  # type: ignore[arg-type]


def _shown(path: str, live: LiveFile | None) -> str | None:
    if live is None:
        return None
    if path in SECRETS:
        return SECRET
    return NOT_TEXT if live.text is None else live.text


def _unit(unit: Unit, desired: Desired, state: HostState) -> tuple[str, str]:
    """The unit before and after; the same text twice when there is nothing to do."""
    now = state.units[unit.name]
    before = ["enabled" if now.enabled else "disabled"]
    after = ["enabled" if unit.enabled else "disabled"]
    if unit.active is not None:
        before.append("active" if now.active else "inactive")
        after.append("active" if unit.active else "inactive")
    if to_restart(unit, desired, state) and now.active:
        after.append("restarted")
    return ", ".join(before), ", ".join(after)
