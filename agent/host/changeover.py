"""From one configuration to another without that mail which waits is returned: first a lenient
form of the new one, and the new one itself when all that it would return is held."""

from __future__ import annotations

from typing import Any

from agent.host.common import warn
from agent.host.files import observe
from agent.host.lenient import lenient
from agent.host.postfix import Loading
from agent.host.previous_config import foreign
from agent.host.queue import anything_waits, taken_in
from agent.host.queued_mail import QueuedMail
from agent.host.state import POSTFIX, running
from agent.host.transaction import Transaction

_MAIN = f"{POSTFIX}main.cf"
_RULES = f"{POSTFIX}senders.json"  # of the milter


class Changeover:
    """`files` are those that the change puts; `loads` says whether Postfix loads something."""

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
        """Before the first table is put: a daemon that starts before main.cf has its turn reads new
        tables with the old one, which must not return what they do not know."""
        live = _live_main(self._root) if self._last else None
        if live and (first := lenient(live["content"])) != live["content"]:
            change.put_first({**live, "content": first})

    def finish(self, change: Transaction, loading: Loading) -> None:
        """Once the new configuration is seen to work, in its lenient form. That one stays while
        there is mail in maildrop, which can't be judged."""
        complete = not self._last or taken_in(self._root)
        self.queued.hold(f"{self._root}{POSTFIX}".rstrip("/"))
        if not complete:
            warn(
                "mail waits in /var/spool/postfix/maildrop that Postfix does not take in, expected "
                "none: see mailfleet-senders.service and deploy again; until then main.cf puts off "
                "mail that it would return"
            )
        elif self._last:
            change.stage(self._last)
            list(change.put_all())
            loading.load("reload")


def _lenient_main(
    root: str, files: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """main.cf as it shall be, and its lenient form; nothing where there is no difference."""
    main = next((file for file in files if file["path"] == _MAIN), None) or _live_main(root)
    if main is None or "content" not in main:  # a symbolic link is somebody's
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
