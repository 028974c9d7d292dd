"""systemd's part of a change: units enabled, restarted, disabled, and as they were before."""

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
        # one that is about to start again, by Restart=, is not stopped
        self._runs = {n for n in before if before[n].get("ActiveState") not in _STOPPED}

    def begin(self) -> None:
        """Enable and restart. What only the old configuration needed runs on."""
        self.read_again()
        self._each("enable", self._request["enable"])
        self._each("restart", self._request["restart"])

    def end(self) -> None:
        """Stop what is not needed any more."""
        self._each("disable", self._request["disable"])

    def disable_new(self) -> None:
        """The way back begins: units that were not enabled are not. Their files are still there,
        without which systemd leaves its links."""
        for name in self._touched:
            if name not in self._enabled:
                systemctl("disable", name, lenient=True)

    def back(self) -> None:
        """Their files are as they were: what was enabled and active is so again."""
        self.read_again()
        for name in self._touched:
            if name in self._enabled:
                systemctl("enable", name)
            if name in self._runs:
                systemctl("restart", name)

    def stop_new(self) -> None:
        """The way back ends, Postfix needs them no more: what was not active is not."""
        for name in self._touched:
            if name not in self._runs:
                systemctl("stop", name, lenient=True)

    def read_again(self) -> None:
        """Let systemd read unit files again, where some of them are others than before."""
        if self._request["reload"]:
            systemctl("daemon-reload")

    def _each(self, verb: str, names: list[str]) -> None:
        for name in names:
            if name not in self._touched:
                self._touched.append(name)
            systemctl(verb, *(["--now"] if verb == "disable" else []), name)
            say(f"{verb} {name}")


def systemctl(*arguments: str, lenient: bool = False) -> None:
    """Raises HostError when it fails, unless `lenient`: there may be no such unit any more."""
    answer = run("systemctl", "--quiet", *arguments)
    if answer.returncode != 0 and not lenient:
        why = one_line(answer.stderr) or "it failed, see journalctl --priority=err"
        raise HostError(f"systemctl {' '.join(arguments)}: {why}")
