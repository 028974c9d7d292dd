"""Checking units before anything is live: those of a request, and those that run Postfix."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from typing import Any

from agent.host.common import HostError, is_there, one_line, run

_UNITS = "/etc/systemd/system/"
_MASKS = (_UNITS, "/run/systemd/system/")
_SERVICE, _INSTANCE = "postfix.service", "postfix@-.service"
_CALENDAR = re.compile(r"^OnCalendar=(.+)$", re.MULTILINE)
_NOT_THERE = re.compile(r"^\S+: Command (\S+) is not executable")


def judge_units(root: str, request: dict[str, Any]) -> None:
    """Raises HostError when systemd would not accept the request's unit files, or could not start,
    enable or disable its units. The `content` of its files is bytes."""
    staged = {
        file["path"][len(_UNITS) :]: file["content"].decode(errors="replace")
        for file in request["files"]
        if file["path"].startswith(_UNITS)
    }
    units = request["units"]
    used = {*units["enable"], *units["restart"], *units["disable"]}
    if request["load"]:
        used |= {_SERVICE, _INSTANCE}
    for name in sorted({*used, *(name for name in staged if "/" not in name)}):
        _judge_link(root, name)
    if used:
        _judge_loaded(sorted(used))
    for name, text in sorted(staged.items()):
        for event in _CALENDAR.findall(text):
            _judge_event(name, event.strip())
    if staged and is_there("systemd-analyze"):
        _judge_texts(staged, {file["path"] for file in request["files"]})


def _judge_link(root: str, name: str) -> None:
    """systemd does not enable a unit that is a link: /dev/null masks it, any other target is that
    of another unit."""
    for directory in _MASKS:
        path = directory + name
        if not os.path.islink(root + path):
            continue
        target = os.readlink(root + path)
        if target == "/dev/null":
            runtime = "--runtime " if directory != _UNITS else ""
            raise HostError(
                f"{name} is masked by {path}, expected a unit that can run: `systemctl unmask "
                f"{runtime}{name}`, then deploy again"
            )
        if directory == _UNITS:
            raise HostError(
                f"{path} is a symbolic link to {target}, expected a regular file, or none: "
                f"remove the link, then deploy again"
            )


def _judge_loaded(names: list[str]) -> None:
    answer = run("systemctl", "show", "--property=Id,LoadState,LoadError,Type", "--", *names)
    if answer.returncode != 0:
        raise HostError(
            "systemd does not answer, expected it to run this host's services: "
            f"{one_line(answer.stderr) or 'systemctl show failed'}"
        )
    blocks = answer.stdout.strip().split("\n\n")
    found = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in blocks]
    of = {unit.get("Id", ""): unit for unit in found}
    for name, unit in of.items():
        # an instance runs Postfix only where postfix.service itself does nothing (Debian 12)
        if name == _INSTANCE and of.get(_SERVICE, {}).get("Type") != "oneshot":
            continue
        if unit.get("LoadState") in ("masked", "bad-setting", "error"):
            remedy = "unmask" if unit["LoadState"] == "masked" else "cat"
            raise HostError(
                f"{name} is {unit['LoadState']}, expected a unit that can run: see `systemctl "
                f"{remedy} {name}`, then deploy again"
            )


def _judge_event(name: str, event: str) -> None:
    if not is_there("systemd-analyze"):
        return
    answer = run("systemd-analyze", "calendar", "--iterations=1", event)
    never = re.search(r"Next elapse: *never", answer.stdout)
    if answer.returncode != 0 or never:
        why = (
            "which is in the past"
            if never
            else f"which systemd refuses ({one_line(answer.stderr)})"
        )
        raise HostError(
            f"{name} has the calendar event {event!r}, {why}: expected one such as hourly, *:0/15 "
            f"or Mon..Fri 08:00, see systemd.time(7) and check_logs in the policy"
        )


def _judge_texts(staged: dict[str, str], files: set[str]) -> None:
    """Let systemd verify the unit files from a directory that it reads before all others."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in staged.items():
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        names = sorted({name.partition(".d/")[0] for name in staged})
        answer = run(
            "env", f"SYSTEMD_UNIT_PATH={directory}:", "systemd-analyze", "--man=no", "verify",
            "--", *names,
        )  # fmt: skip
        said = list(_objections(answer.stderr, directory, names, files))
    if answer.returncode != 0 and said:
        raise HostError(f"systemd refuses a unit: {one_line(chr(10).join(said))}")


def _objections(said: str, directory: str, names: list[str], files: set[str]) -> Iterator[str]:
    """The lines about these units, except about programs that come with the same request, and about
    absent units that a drop-in is for."""
    about = "|".join(map(re.escape, names))
    ours = re.compile(rf"(?:{re.escape(directory)}/|Unit )?(?:{about})\b")
    absent = {f"Unit {name} not found." for name in names}
    for line in said.splitlines():
        if line in absent:
            continue
        missing = _NOT_THERE.match(line)
        if ours.match(line) and not (missing and missing[1] in files):
            yield line.replace(f"{directory}/", "")
