"""What a plan says about the queued mail of a host."""

import re
from collections.abc import Mapping
from typing import Any

from mailfleet.plan.change import Change
from mailfleet.relay.state import HostState, Queue

_LONGEST = 120  # of foreign text on a terminal
_WHAT = {
    "leaves": "is sent through the new routes",
    "renamed": "is sent as {sender}",
    "rewritten": "is submitted again, and rewritten as new mail is",
    "returned": "is kept on this host, as bounces are",
    "held": "is held ({why})",
}
_SUMS = {
    "leaves": "are sent through the new routes",
    "renamed": "are sent with another sender",
    "rewritten": "are submitted again",
    "returned": "are kept on this host",
    "held": "are held",
}


def printable(text: str) -> str:
    """Foreign text on one line of printable characters, of limited length."""
    line = "".join(c if c.isprintable() else "?" for c in re.sub(r"\s+", " ", text).strip())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def preview_notes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What happens to the queued mail: in total, and by sender."""
    if "unknown" in answer:
        return (f"it is not known what will happen to the queued mail: {answer['unknown']}",)
    if not answer["total"]:
        return ()
    sums = answer["sums"]
    parts = [f"{sums[what]} {words}" for what, words in _SUMS.items() if what in sums]
    first = ": ".join([_of(answer["counted"], answer["total"]), ", ".join(parts)])
    rows = (
        f"{number} from {_name(sender)}: each {_becomes(what, becomes, why)}"
        for sender, number, what, becomes, why in answer["rows"]
    )
    return (first, *rows)


def queue_notes(queue: Queue) -> tuple[str, ...]:
    """What a plan says about held mail, also when it changes nothing."""
    return tuple(
        f"{number} held here: {printable(why)}; see mailq.py"
        for why, number in sorted(queue.held.items())
    )


def queue_changes(host: str, state: HostState) -> tuple[Change, ...]:
    """Held mail that an earlier apply had no time to release."""
    if not state.queue.unfinished:
        return ()
    after = f"{state.queue.unfinished} released"
    return (Change(host, "queue", "mail that an earlier deploy held", "run", None, after),)


def _of(counted: int, total: int) -> str:
    checked = "" if counted >= total else f" ({counted} of them checked)"
    return f"{total} queued messages{checked}"


def _name(sender: str) -> str:
    return printable(sender) or "<> (bounces)"


def _becomes(what: str, sender: str, why: str) -> str:
    return _WHAT[what].format(sender=_name(sender), why=printable(why))
