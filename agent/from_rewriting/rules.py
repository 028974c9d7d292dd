"""The rules that the milter goes by, from the file that a deploy writes."""

from __future__ import annotations

import json
from typing import Any

from agent.from_rewriting.rewriting import Rules


class NoRules(Exception):
    """The file is not there, or holds something else: one sentence."""


def read_rules(path: str) -> Rules:
    """Raises NoRules: without rules no message can be judged."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError) as reason:
        raise NoRules(f"{path} cannot be read ({_words(reason)}): {_REMEDY}") from None
    if not isinstance(found, dict) or set(found) != {"domains", "senders", "foreign"}:
        raise NoRules(f"{path} has other rules than domains, senders and foreign: {_REMEDY}")
    named = [found["domains"], found["senders"]]
    if not all(_are_names(names) for names in named) or not isinstance(found["foreign"], bool):
        raise NoRules(f"{path} has rules of another form than a deploy writes: {_REMEDY}")
    return Rules(**found)


_REMEDY = "deploy again; mail to this host waits until then"


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)


def _words(reason: Exception) -> str:
    return str(getattr(reason, "strerror", None) or type(reason).__name__)
