"""From one configuration to another without returning queued mail: first a lenient form of the new
one, and the new one itself once all mail that it would return is on hold."""

from __future__ import annotations

from typing import Any

from agent.host.common import warn
from agent.host.lenient import lenient
from agent.host.observe import observe
from agent.host.postfix import Loading
from agent.host.previous_config import foreign
from agent.host.queue import anything_waits, taken_in
from agent.host.queued_mail import QueuedMail
from agent.host.state import POSTFIX, running
from agent.host.transaction import Transaction

_MAIN = f"{POSTFIX}main.cf"
_RULES = f"{POSTFIX}senders.json"  # of the milter


class Changeover:
    """`files`: the files of the change; `loads`: whether Postfix loads something."""

    def __init__(self, root: str, files: list[dict[str, Any]], loads: bool) -> None:
        self._root = root
        rules = [file["content"] for file in files if file["path"] == _RULES]
        anew = foreign(root) or any(content != _live(root, _RULES) for content in rules)
        self.queued = QueuedMail(root, anew)
        self._last: list[dict[str, Any]] = []
        self.files = files
        if loads and (running(root) or anything_waits(root)):
            self._last, first = _lenient_main(root, files)
            self.files = [*(file for file in files if file["path"] != _MAIN or not first), *first]

    def begin(self, change: Transaction) -> None:
        """Before the first table is replaced: a daemon that starts before main.cf is replaced reads
        the new tables with the old main.cf, which must not return mail that they do not know."""
        live = _live_main(self._root) if self._last else None
        if live and (first := lenient(live["content"])) != live["content"]:
            change.put_first({**live, "content": first})

    def finish(self, change: Transaction, loading: Loading) -> None:
        """Once the new configuration works in its lenient form. That form stays in force while
        there is mail in maildrop, which can't be checked."""
        complete = not self._last or taken_in(self._root)
        self.queued.hold(f"{self._root}{POSTFIX}".rstrip("/"))
        if not complete:
            warn(
                "found mail in /var/spool/postfix/maildrop that Postfix does not process, expected "
                "none: check mailfleet-senders.service and deploy again; until then main.cf defers "
                "mail that it would return"
            )
        elif self._last:
            change.stage(self._last)
            list(change.put_all())
            loading.load("reload")


def _lenient_main(
    root: str, files: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """main.cf and its lenient form; nothing where they are equal."""
    main = next((file for file in files if file["path"] == _MAIN), None) or _live_main(root)
    if main is None or "content" not in main:  # mailfleet writes no symbolic links
        return [], []
    first = {**main, "content": lenient(main["content"])}
    return ([main], [first]) if first != main else ([], [])


def _live_main(root: str) -> dict[str, Any] | None:
    seen, content = observe(root, _MAIN, secret=False), _live(root, _MAIN)
    if seen is None or content is None:
        return None
    return {
        "path": _MAIN,
        "content": content,
        **{key: seen[key] for key in ("mode", "owner", "group")},
    }


def _live(root: str, path: str) -> bytes | None:
    try:
        with open(root + path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
