"""Send all mail of this host through other providers than the policy's, or the policy's again."""

import json
import os
from typing import Any

from agent.host.common import (
    WORK,
    HostError,
    carry_on_when_the_reader_is_gone,
    end_within,
    ending_in_one_sentence,
    say,
)
from agent.host.files import remove
from agent.host.lock import locked, now
from agent.host.rerouting import move_mail
from agent.host.state import LOADED, ROUTES, SWITCH, SWITCHED, keep, kept
from agent.host.transaction import sweep, transaction


def switch(request: dict[str, Any], root: str = "") -> None:
    """`to` are weights by provider, None for the policy's; `expected` is what was in force when it
    was planned; `by` is "user@machine"."""
    end_within(WORK)
    with locked(root, request["by"]):
        before = kept(root, SWITCHED)
        if (before and before["to"]) != request["expected"]:
            who = f"by {before['by']}@{before['on']} at {before['at']}" if before else "to policy"
            raise HostError(f"switched since planned, {who}: plan again")
        if request["to"] is not None:
            _check_providers(root, request["to"])
        sweep(root, [SWITCHED, SWITCH, LOADED])
        with transaction(root, "mail is sent through the same providers as before") as change:
            change.keep([SWITCHED])
            _record(root, request)
            move_mail(root, change)
        say(f"mail is sent through {request['shown']}")


def _record(root: str, request: dict[str, Any]) -> None:
    if request["to"] is None:
        remove(root, SWITCHED)
    else:
        user, _, machine = request["by"].partition("@")
        keep(root, SWITCHED, {"to": request["to"], "by": user, "on": machine, "at": now()})


def _check_providers(root: str, to: dict[str, int]) -> None:
    routes = kept(root, ROUTES)
    if routes is None:
        raise HostError("found no other provider to switch to on this host: run deploy.py")
    for name in to:
        if name not in routes["lanes"]:
            known = ", ".join(routes["lanes"])
            raise HostError(
                f"found no provider {name} here, expected one of {known}: run deploy.py"
            )


def main(text: str) -> None:
    os.umask(0o077)
    carry_on_when_the_reader_is_gone()
    ending_in_one_sentence(lambda: switch(json.loads(text)))
