"""Provider switches: what a host has to know for them, and what `--data to=...` asks for."""

import json
import re
from collections.abc import Mapping

from mailfleet.plan.change import Change
from mailfleet.policy import Mail, PolicyError
from mailfleet.relay.routes import Routes
from mailfleet.relay.state import HostState
from mailfleet.relay.tables import SLOTS

# As agent/host/state.py has them.
ROUTES = "/etc/postfix/routes.json"
SWITCH = "/etc/postfix/switch"
POLICY = "policy"
_EXPECTED = "expected a provider, weights such as ses:9,sendgrid:1, or policy"


def routes_json(
    routes: Routes, servers: Mapping[str, Mapping[str, object]], by_health: bool
) -> bytes:
    """The file from which agent/host/provider_switch.py makes the table of a switch: of a manual
    one or, where `by_health`, of automatic failover, which probes the providers at `servers`."""
    known = {
        "by_health": by_health,
        "servers": servers,
        "slots": SLOTS,
        "lanes": {provider: sorted(set(lanes)) for provider, lanes in routes.lanes.items()},
        "hops": {hop.name: [hop.origin, hop.depth] for hop in routes.hops},
        "choices": {
            selection.name: {
                "weights": dict(selection.weights),
                "then": {name: list(names) for name, names in selection.then.items()},
                "open_to": list(selection.open_to),
            }
            for selection in routes.selections
        },
    }
    return f"{json.dumps(known, indent=2)}\n".encode()


def read_switch(text: str, mail: Mail) -> dict[str, int] | None:
    """The weights that `--data to=...` asks for; None for the policy's own routes.

    Raises PolicyError.
    """
    if text == POLICY:
        return None
    if not text:
        raise PolicyError(f"found no --data to=..., {_EXPECTED}")
    weights: dict[str, int] = {}
    for part in text.split(","):
        name, colon, number = part.strip().partition(":")
        if not re.fullmatch(r"[1-9]\d{0,2}", number if colon else "1") or name in weights:
            raise PolicyError(f"to: found {part.strip()!r} in {text!r}, {_EXPECTED}")
        if name not in {provider.name for provider in mail.providers}:
            known = ", ".join(provider.name for provider in mail.providers)
            raise PolicyError(
                f"to: found {name!r}, expected one of the providers: {known}; or {POLICY}"
            )
        weights[name] = int(number or 1)
    if len(weights) > SLOTS:
        raise PolicyError(f"to: found {len(weights)} providers, expected {SLOTS} at most")
    return weights


def weights_text(weights: Mapping[str, int] | None) -> str:
    """Weights in the form of `--data to=...`."""
    if weights is None:
        return POLICY
    if len(weights) == 1:
        return next(iter(weights))
    return ",".join(f"{name}:{weight}" for name, weight in weights.items())


def switch_plan(host: str, state: HostState, to: Mapping[str, int] | None) -> tuple[Change, ...]:
    """What a manual switch changes; None returns to the policy's weights."""
    if state.switch.to == to and state.switch.current:
        return ()
    before, after = weights_text(state.switch.to), weights_text(to)
    return (
        Change(
            host,
            "switch",
            "all mail",
            "run",
            f"through {before}",
            f"through {after} (was: {before})",
        ),
    )


def switch_notes(weights: Mapping[str, int] | None, routes: Routes, mail: Mail) -> tuple[str, ...]:
    """Senders that can't be switched, and those whose mail receivers may then distrust."""
    if weights is None:
        return ()
    stay: list[str] = []
    distrusted: dict[str, list[str]] = {}
    for sender, selection in routes.senders.items():
        targets = [name for name in weights if name in selection.open_to]
        if not targets:
            stay.append(sender.removeprefix("@"))
        for name in targets:
            if not mail.may_take_over(mail.provider(name), sender):
                distrusted.setdefault(name, []).append(sender.removeprefix("@"))
    return (
        *([f"{', '.join(stay)}: not switched, SES has no identity for it"] if stay else []),
        *(
            f"{', '.join(senders)}: receivers may distrust mail from {name}, for which the policy "
            "has neither spf nor dkim"
            for name, senders in distrusted.items()
        ),
    )
