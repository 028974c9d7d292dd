"""Whose turn it is: the table by which Postfix leaves the policy's weights while a switch is in
force.

A person's switch moves all senders that a provider takes. Without one, the health of providers
(agent/host/health.py) takes weight from those that fail. routes.json says what the policy allows.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

from agent.host.state import HEALTH, LOADED, ROUTES, SWITCH, SWITCHED, kept

Shares = dict[str, float]
NO_FURTHER = "450 4.4.1 no further provider may send for this sender"


def switch_table(
    routes: dict[str, Any], switched: dict[str, Any] | None, health: dict[str, Any] | None
) -> str:
    """Lines of `choice.number provider` for each choice whose mail leaves the policy's weights, and
    of `choice.hop answer`: what becomes of mail that came by the provider before that hop."""
    lines = ["# Written by mailfleet: the providers that mail goes to instead of the policy's."]
    for name, choice in sorted(routes["choices"].items()):
        if switched:
            shares = {p: w for p, w in switched["to"].items() if p in choice["open_to"]}
        else:
            watched = health if routes["by_health"] else None
            shares = by_health(choice, watched["weights"] if watched else {})
        providers = apportioned(shares, routes["slots"]) if shares else []
        lines += [f"{name}.{slot} {provider}" for slot, provider in enumerate(providers)]
        in_force = providers or list(choice["weights"])
        for hop, (origin, depth) in sorted(routes.get("hops", {}).items()):
            lines.append(f"{name}.{hop} {_at_hop(choice, in_force, origin, depth)}")
    return "\n".join(lines) + "\n"


def _at_hop(choice: dict[str, Any], in_force: list[str], origin: str, depth: int) -> str:
    """For access(5): OK lets mail take its sender's way from the beginning. No circle: it comes to
    no provider so whose own hop would say OK."""
    if origin not in in_force:
        return "OK"
    if depth < len(choice["then"].get(origin, ())):
        return "DUNNO"  # the policy's fall-back takes over
    return NO_FURTHER


def by_health(choice: dict[str, Any], weights: Shares) -> Shares:
    """The shares of a choice when some of its providers have less than their whole weight, 1: what
    they lose goes to the others, or else to the first whole provider that takes over from them.

    Nothing when all are whole, and when nobody could take it.
    """
    total = sum(choice["weights"].values())
    whole = {name: weight / total for name, weight in choice["weights"].items()}
    shares = {name: share * weights.get(name, 1) for name, share in whole.items()}
    lost = 1 - sum(shares.values())
    takers = {name: share for name, share in whole.items() if weights.get(name, 1) == 1}
    if not takers:
        after = (p for name in whole for p in choice["then"].get(name, ()))
        takers = dict.fromkeys([p for p in after if weights.get(p, 1) == 1][:1], 1.0)
    if lost < 1e-9 or not takers:
        return {}
    for name, share in takers.items():
        shares[name] = shares.get(name, 0) + lost * share / sum(takers.values())
    return shares


def apportioned(shares: Shares, slots: int) -> list[str]:
    """A provider for each slot, by largest remainders; whoever has a share has a slot."""
    total = sum(shares.values())
    exact = {name: share / total * slots for name, share in shares.items()}
    number = {name: max(1, int(share)) for name, share in exact.items()}
    while sum(number.values()) < slots:
        number[max(exact, key=lambda name: exact[name] - number[name])] += 1
    while sum(number.values()) > slots:
        several = [name for name in number if number[name] > 1]
        number[max(several, key=lambda name: number[name] - exact[name])] -= 1
    return [name for name in shares for _ in range(number[name])]


def due_table(root: str, routes: str | None = None) -> str | None:
    """The table as it should be, with the text of routes.json that is given or the live one; None
    on a host where nothing can be switched."""
    if routes is None:
        with contextlib.suppress(FileNotFoundError), open(root + ROUTES, encoding="utf-8") as file:
            routes = file.read()
    return routes and switch_table(json.loads(routes), kept(root, SWITCHED), kept(root, HEALTH))


def live_table(root: str) -> str | None:
    try:
        with open(root + SWITCH, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def table_file(table: str) -> dict[str, Any]:
    """The table in the shape of a managed file."""
    owned = {"owner": "root", "group": "root", "mode": "644"}
    return {"path": SWITCH, "content": table.encode(), **owned}


def loaded_table(root: str) -> bool:
    """Whether Postfix has loaded the table that is live."""
    loaded = kept(root, LOADED)
    return bool(loaded) and (loaded or {}).get("switch") == table_digest(root)


def table_digest(root: str) -> str | None:
    table = live_table(root)
    return table and hashlib.sha256(table.encode()).hexdigest()
