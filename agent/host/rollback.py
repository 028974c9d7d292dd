"""Go back to what worked before. What runs now is kept in its place: back again is possible."""

import json
import os
from typing import Any

from agent.host.common import (
    Refused,
    carry_on_when_the_reader_is_gone,
    ending_in_one_sentence,
    say,
)
from agent.host.guard import compare, how_to_load, locked, record, stamp
from agent.host.history import PREVIOUS, put_back, remember
from agent.host.postfix import load
from agent.host.state import kept


def rollback(request: dict[str, Any], root: str = "") -> None:
    """`request` has `by`, `managed` and `expected`, as an apply has."""
    with locked(root, request["by"]):
        compare(root, request)
        before = kept(root, PREVIOUS)
        if before is None:
            raise Refused("there is no earlier configuration to go back to")
        remember(root, request["managed"])
        put_back(root, before)
        record(root, request)
        load(how_to_load(root))
        stamp(root, request)
        say("went back to what worked before")


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: rollback(json.loads(text)))
