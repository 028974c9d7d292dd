"""Routes as Postfix's lookup tables.

Postfix looks up each message's sender and finds the destination in four steps: the selection of the
sender, a provider of that selection, a lane of that provider, and the lane's destination. Provider
and lane are drawn at random for each message. While a switch is in force (agent/host/switch.py) its
table maps the drawn number to a provider. See pipemap, unionmap and randmap in DATABASE_README.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailfleet.relay.routes import Hop, Routes

Rows = dict[str, str]
DIRECTORY = "$config_directory"
SWITCH = "switch"
_HOP_CHOICES = "hop_choices"
# Numbers that a switch distributes among providers: its weights count in twentieths.
SLOTS = 20


@dataclass
class Tables:
    """`rows`: the lines of each file, by name. `parameters`: maps that main.cf defines for use in
    other parameters. `senders`: the lookup tables for a sender's destination, in order. `hops`: the
    lookup tables of each hop, by its name."""

    rows: dict[str, Rows] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    senders: tuple[str, ...] = ()
    hops: dict[str, tuple[str, ...]] = field(default_factory=dict)


def tables(routes: Routes, kept_here: Iterable[str]) -> Tables:
    """`kept_here`: senders whose mail goes to the transport `returned`."""
    return Tables(
        rows={
            "kept_here": dict.fromkeys(kept_here, "returned:"),
            "sender_choices": {sender: found.name for sender, found in routes.senders.items()},
            "destinations": {t.name: routes.destination(t.name) for t in routes.transports},
            **({"sender_domains": _domains(routes)} if routes.others else {}),
            **{hop.name: dict(hop.senders) for hop in routes.hops},
            **{_next(hop): _filters(routes, hop) for hop in routes.hops},
            **({_HOP_CHOICES: _hop_choices(routes)} if routes.hops else {}),
        },
        parameters=_parameters(routes),
        senders=(_file("kept_here"), *_destinations(routes)),
        hops={hop.name: _hop(hop, routes) for hop in routes.hops},
    )


def _parameters(routes: Routes) -> dict[str, str]:
    slots = {c.name: [f"{c.name}.{slot}" for slot in range(SLOTS)] for c in routes.selections}
    draws = {
        selection.name: [name for name, weight in selection.weights.items() for _ in range(weight)]
        for selection in routes.selections
    }
    return {
        **({"switch_draws": _draws(slots)} if routes.switchable else {}),
        "provider_draws": _draws(draws),
        "lane_draws": _draws(routes.lanes),
    }


def _draws(of: Mapping[str, Sequence[str]]) -> str:
    """A map from each name to one of its values, at random."""
    maps = []
    for name, values in of.items():
        if len(set(values)) == 1:
            maps.append(f"inline:{{{name}={values[0]}}}")
        else:
            maps.append(f"pipemap:{{inline:{{{name}=it}},randmap:{{{','.join(values)}}}}}")
    return maps[0] if len(maps) == 1 else f"unionmap:{{{','.join(maps)}}}"


def _destinations(routes: Routes) -> Iterable[str]:
    selections = [_file("sender_choices")]
    if routes.others:
        selections += [f"regexp:{DIRECTORY}/sender_domains", f"static:{routes.others.name}"]
    for selection in selections:
        if routes.switchable:
            yield _pipe(
                selection, "$switch_draws", _file(SWITCH), "$lane_draws", _file("destinations")
            )
        yield _pipe(selection, "$provider_draws", "$lane_draws", _file("destinations"))


def _domains(routes: Routes) -> Rows:
    """Postfix looks up the full address in all tables before it looks up the domain. A route for
    all other senders would match first, so domains must match full addresses, too."""
    return {
        f"/{re.escape(sender)}$/": selection.name
        for sender, selection in routes.senders.items()
        if sender.startswith("@")
    }


def _hop_choices(routes: Routes) -> Rows:
    """The selection of each sender, with domains as access(5) writes them."""
    return {
        sender.removeprefix("@"): selection.name for sender, selection in routes.senders.items()
    }


def _hop(hop: Hop, routes: Routes) -> tuple[str, ...]:
    """First whether the provider before the hop is still in use for the sender: a switch's table
    answers OK where it is not, and the mail is routed as new mail is. Then the next provider's
    transport, and last the permission: FILTER alone permits nothing."""
    keys = ",".join(
        f"{selection.name}={selection.name}.{hop.name}" for selection in routes.selections
    )
    return (
        _pipe(_file(_HOP_CHOICES), f"inline:{{{keys}}}", _file(SWITCH)),
        _pipe(_file(hop.name), "$lane_draws", _file(_next(hop))),
        _pipe(_file(hop.name), "static:OK"),
    )


def _filters(routes: Routes, hop: Hop) -> Rows:
    """The answer of an access(5) table for each transport that mail may continue through."""
    names = [name for provider in hop.senders.values() for name in routes.lanes[provider]]
    return {name: f"FILTER {routes.destination(name, hop)}" for name in dict.fromkeys(names)}


def _next(hop: Hop) -> str:
    return f"{hop.name}_next"


def _file(name: str) -> str:
    return f"texthash:{DIRECTORY}/{name}"


def _pipe(*maps: str) -> str:
    return f"pipemap:{{{','.join(maps)}}}"
