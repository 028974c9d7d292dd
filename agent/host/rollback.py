"""Go back to what worked before. What runs now is kept in its place: back again is possible."""

import base64
import json
import os
import re
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
from agent.host.state import POSTFIX, kept

_JUDGE = re.compile(rb"^smtpd_sasl_path = (/\S+)$", re.MULTILINE)


def rollback(request: dict[str, Any], root: str = "") -> None:
    """`request` has `by`, `managed` and `expected`, as an apply has."""
    with locked(root, request["by"]):
        compare(root, request)
        before = kept(root, PREVIOUS)
        if before is None:
            raise Refused("there is no earlier configuration to go back to")
        if not _judge_is_there(root, before):
            raise Refused(
                "the earlier configuration has logins, and what judges them is gone: to have "
                "them back, say them in the policy and deploy"
            )
        remember(root, request["managed"])
        put_back(root, before)
        record(root, request)
        load(how_to_load(root))
        stamp(root, request)
        say("went back to what worked before")


def _judge_is_there(root: str, before: dict[str, Any]) -> bool:
    """Postfix serves nobody by a service whose passwords have no judge."""
    main = before["files"].get(f"{POSTFIX}main.cf")
    asked = _JUDGE.search(base64.b64decode(main["content"])) if main else None
    return asked is None or os.path.exists(root + asked[1].decode())


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: rollback(json.loads(text)))
