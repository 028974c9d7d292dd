"""The units of a change: enabled, restarted or disabled, and restored by a rollback."""

from __future__ import annotations

from typing import Any

from agent.host.common import HostError, one_line, run, say
from agent.host.state import shown_units

_STOPPED = ("inactive", "failed", "deactivating")


class Units:
    """What an apply asks of units: `reload` whether systemd must read unit files again, `enable`,
    `restart` and `disable` by name."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._request = request
        names = [*request["disable"], *request["enable"], *request["restart"]]
        before = shown_units(list(dict.fromkeys(names)))
        self._enabled = {n for n in before if before[n].get("UnitFileState") == "enabled"}
        self._touched: list[str] = []  # by this run
        # a unit waiting for its Restart= counts as running
        self._runs = {n for n in before if before[n].get("ActiveState") not in _STOPPED}

    def begin(self) -> None:
        """Enable and restart. Units that only the old configuration needs keep running."""
        self.read_again()
        self._each("enable", self._request["enable"])
        self._each("restart", self._request["restart"])

    def end(self) -> None:
        """Stop units that are no longer needed."""
        self._each("disable", self._request["disable"])

    def disable_new(self) -> None:
        """First step of a rollback: disable new units while their files exist, without which
        systemd would leave its links."""
        for name in self._touched:
            if name not in self._enabled:
                systemctl("disable", name, lenient=True)

    def back(self) -> None:
        """Once their files are restored: enable and restart what was enabled and active."""
        self.read_again()
        for name in self._touched:
            if name in self._enabled:
                systemctl("enable", name)
            if name in self._runs:
                systemctl("restart", name)

    def stop_new(self) -> None:
        """Last step of a rollback, when Postfix no longer needs them: stop new units."""
        for name in self._touched:
            if name not in self._runs:
                systemctl("stop", name, lenient=True)

    def read_again(self) -> None:
        """Let systemd reload unit files, if any has changed."""
        if self._request["reload"]:
            systemctl("daemon-reload")

    def _each(self, verb: str, names: list[str]) -> None:
        for name in names:
            if name not in self._touched:
                self._touched.append(name)
            systemctl(verb, *(["--now"] if verb == "disable" else []), name)
            say(f"{verb} {name}")


def systemctl(*arguments: str, lenient: bool = False) -> None:
    """Raises HostError when it fails, unless `lenient`: the unit may be gone."""
    answer = run("systemctl", "--quiet", *arguments)
    if answer.returncode != 0 and not lenient:
        why = one_line(answer.stderr) or "it failed, see journalctl --priority=err"
        raise HostError(f"systemctl {' '.join(arguments)}: {why}")
