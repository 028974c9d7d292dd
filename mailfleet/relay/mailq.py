"""The queued mail of a fleet: what `--data` asks to be done with it, and what hosts answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mailfleet.plan.change import Action, Change
from mailfleet.policy import Mail, PolicyError
from mailfleet.relay.queued_mail import printable

ACTIONS = ("flush", "release", "delete")
ALL = "all"
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_EXPECTED = (
    "expected all, or terms that must all match, separated by commas: a sender or @domain, "
    "to:RECIPIENT or to:@domain, a provider, older:2d (m, h or d), held"
)


@dataclass(frozen=True)
class MessageFilter:
    """Which messages: of these senders, to these recipients (addresses, or `@domain`), for these
    providers, `older` than so many seconds, `held` by mailfleet. All of it must match."""

    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    older: int | None = None
    held: bool = False


@dataclass(frozen=True)
class Asked:
    """What `--data flush=...`, `release=...` or `delete=...` asks for; `text` is as typed."""

    act: str
    text: str
    selection: MessageFilter


def read_asked(found: Mapping[str, object], mail: Mail) -> Asked | None:
    """What is asked for, from the values of `--data` by name; None when nothing is. Raises
    PolicyError."""
    asked = {name: str(found[name]) for name in ACTIONS if found.get(name) is not None}
    if len(asked) > 1:
        raise PolicyError(f"found {' and '.join(asked)}, expected only one of them")
    for name, text in asked.items():
        return Asked(name, text, _selection(name, text, mail))
    return None


def _selection(name: str, text: str, mail: Mail) -> MessageFilter:
    selection = MessageFilter()
    if text.strip() == ALL:
        return selection
    for term in (part.strip() for part in text.split(",")):
        selection = _with(selection, name, term, mail)
    return selection


def _with(selection: MessageFilter, name: str, term: str, mail: Mail) -> MessageFilter:
    kind, _, value = term.partition(":")
    if term == "held":
        return replace(selection, held=True)
    if kind == "to" and "@" in value:
        return replace(selection, recipients=(*selection.recipients, value))
    if kind == "older" and (age := re.fullmatch(r"(\d{1,6})([mhd])", value)):
        return replace(selection, older=int(age[1]) * _UNITS[age[2]])
    if "@" in term or term == "<>":
        return replace(selection, senders=(*selection.senders, "" if term == "<>" else term))
    if term in {provider.name for provider in mail.providers}:
        return replace(selection, providers=(*selection.providers, term))
    raise PolicyError(f"{name}: found {term!r}, {_EXPECTED}")


def mailq_request(mail: Mail, asked: Asked | None) -> dict[str, Any]:
    """For the program "mailq", to list."""
    servers = {provider.name: provider.host for provider in mail.providers}
    by = {name: name for name in mail.relay.relay_hosts}
    select = asdict(asked.selection) if asked else None
    return {"act": None, "servers": {**servers, **by}, "select": select, "before": None}


def act_request(mail: Mail, asked: Asked, answer: Mapping[str, Any], by: str) -> dict[str, Any]:
    """For the same program, to act on the messages that were there when `answer` was given."""
    looked = mailq_request(mail, asked)
    return {**looked, "act": asked.act, "before": answer["now"], "by": by}


def mailq_notes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The queued mail of a host: a line for each provider or reason to hold, and the reasons."""
    if not answer["total"]:
        return ()
    more = answer["total"] - answer["counted"]
    groups = sorted(answer["groups"], key=lambda group: -group["count"])
    return (
        *(line for group in groups for line in _group(group, answer["now"])),
        *([f"{more} more were not checked, for lack of time"] if more > 0 else []),
    )


def _group(group: Mapping[str, Any], now: int) -> Sequence[str]:
    oldest = age(now - group["oldest"])
    reasons = (f"    {number}: {printable(why)}" for why, number in group["reasons"])
    return (f"{printable(group['place'])}: {group['count']}, oldest {oldest}", *reasons)


def mailq_changes(host: str, asked: Asked, answer: Mapping[str, Any]) -> tuple[Change, ...]:
    """What would be done, to how many messages, from which senders."""
    number = answer["selected"]
    if not number:
        return ()
    action: Action = "delete" if asked.act == "delete" else "run"
    senders = [f"{n} from {printable(sender) or '<>'}" for sender, n in answer["senders"]]
    rest = number - sum(n for _, n in answer["senders"])
    named = ", ".join([*senders, *([f"{rest} from others"] if rest else [])])
    what = f"{number} queued messages ({named})"
    return (Change(host, "queue", what, action, f"oldest {_oldest(answer)}", asked.act),)


def _oldest(answer: Mapping[str, Any]) -> str:
    return age(answer["now"] - answer["oldest"])


def fleet_line(answers: Sequence[Mapping[str, Any]]) -> str:
    """The last line: the totals of all hosts."""
    total = sum(answer["total"] for answer in answers)
    if not total:
        return f"Fleet: no queued mail on {len(answers)} hosts"
    groups = [group for answer in answers for group in answer["groups"]]
    held = sum(g["count"] for g in groups if g["place"].startswith("held: "))
    ages = [a["now"] - g["oldest"] for a in answers for g in a["groups"]]
    oldest = f", oldest {age(max(ages))}" if ages else ""
    where = f"{total} queued on {len(answers)} hosts"
    return f"Fleet: {where}, {held} of them held by mailfleet{oldest}"


def age(seconds: int) -> str:
    """In the largest unit that gives at least 1."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"
