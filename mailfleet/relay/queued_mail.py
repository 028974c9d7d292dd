"""What a plan says of the mail that waits on a host."""

import re
from collections.abc import Mapping
from typing import Any

from mailfleet.plan.change import Change
from mailfleet.relay.state import HostState, Queue

_LONGEST = 120  # of a stranger's text on a terminal
_WHAT = {
    "leaves": "leaves by the new routes",
    "renamed": "leaves as {sender}",
    "rewritten": "is submitted anew, and rewritten as new mail is",
    "returned": "is kept on this host, as bounces are",
    "held": "is held ({why})",
}
_SUMS = {
    "leaves": "leave by the new routes",
    "renamed": "leave under another sender",
    "rewritten": "are submitted anew",
    "returned": "are kept on this host",
    "held": "are held",
}


def cleaned(text: str) -> str:
    """A stranger's text in one line of printable characters, bounded."""
    line = "".join(c if c.isprintable() else "?" for c in re.sub(r"\s+", " ", text).strip())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def foreseen_notes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What becomes of the mail that waits: by sender, and all in all."""
    if "unknown" in answer:
        return (f"what becomes of the mail that waits is not known: {answer['unknown']}",)
    if not answer["total"]:
        return ()
    sums = answer["sums"]
    parts = [f"{sums[what]} {words}" for what, words in _SUMS.items() if what in sums]
    first = ", ".join([f"{_of(answer['counted'], answer['total'])} wait in the queue", *parts])
    rows = (
        f"{number} from {_name(sender)}: each {_becomes(what, becomes, why)}"
        for sender, number, what, becomes, why in answer["rows"]
    )
    return (first, *rows)


def queue_notes(queue: Queue) -> tuple[str, ...]:
    """What a plan says of mail that is held, also when it changes nothing."""
    return tuple(
        f"{number} held here: {cleaned(why)}; see mailq.py"
        for why, number in sorted(queue.held.items())
    )


def queue_changes(host: str, state: HostState) -> tuple[Change, ...]:
    """The work that an earlier apply had no time for."""
    if not state.queue.unfinished:
        return ()
    after = f"{state.queue.unfinished} go on"
    return (Change(host, "queue", "mail that an earlier deploy held", "run", None, after),)


def _of(counted: int, total: int) -> str:
    return f"{total}" if counted >= total else f"{total}, of which {counted} were looked at"


def _name(sender: str) -> str:
    return cleaned(sender) or "<> (bounces)"


def _becomes(what: str, sender: str, why: str) -> str:
    return _WHAT[what].format(sender=_name(sender), why=cleaned(why))
