"""Routes as Postfix's lookup tables.

Postfix looks up each mail's sender, and finds its destination in four steps: the choice that is the
sender's, a provider of that choice, a lane of that provider, and where that leads. The second and
the third are drawn anew for each mail. Where a switch is in force (agent/host/switch.py), its
table says which provider it is, by the number that was drawn. See pipemap, unionmap and randmap in
DATABASE_README.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailfleet.relay.routes import Hop, Routes

Rows = dict[str, str]
DIRECTORY = "$config_directory"
SWITCH = "switch"
_HOP_CHOICES = "hop_choices"
# Numbers that a switch shares among providers: its weights count in twentieths.
SLOTS = 20


@dataclass
class Tables:
    """`rows`: the lines of each file by its name. `parameters`: maps that main.cf names for others
    to use. `senders`: the lookup tables, in order, for the destination of a sender. `hops`: those
    that let a sender's mail go on, by the hop's name."""

    rows: dict[str, Rows] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    senders: tuple[str, ...] = ()
    hops: dict[str, tuple[str, ...]] = field(default_factory=dict)


def tables(routes: Routes, kept_here: Iterable[str]) -> Tables:
    """`kept_here` are senders whose mail the transport `returned` takes."""
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
    slots = {c.name: [f"{c.name}.{slot}" for slot in range(SLOTS)] for c in routes.choices}
    draws = {
        choice.name: [name for name, weight in choice.weights.items() for _ in range(weight)]
        for choice in routes.choices
    }
    return {
        **({"switch_draws": _draws(slots)} if routes.switchable else {}),
        "provider_draws": _draws(draws),
        "lane_draws": _draws(routes.lanes),
    }


def _draws(of: Mapping[str, Sequence[str]]) -> str:
    """The map from each name to one of its values, at random."""
    maps = []
    for name, values in of.items():
        if len(set(values)) == 1:
            maps.append(f"inline:{{{name}={values[0]}}}")
        else:
            maps.append(f"pipemap:{{inline:{{{name}=it}},randmap:{{{','.join(values)}}}}}")
    return maps[0] if len(maps) == 1 else f"unionmap:{{{','.join(maps)}}}"


def _destinations(routes: Routes) -> Iterable[str]:
    choices = [_file("sender_choices")]
    if routes.others:
        choices += [f"regexp:{DIRECTORY}/sender_domains", f"static:{routes.others.name}"]
    for choice in choices:
        if routes.switchable:
            yield _pipe(
                choice, "$switch_draws", _file(SWITCH), "$lane_draws", _file("destinations")
            )
        yield _pipe(choice, "$provider_draws", "$lane_draws", _file("destinations"))


def _domains(routes: Routes) -> Rows:
    """Postfix asks all tables for the whole address before it asks them for the domain. A route for
    everybody else would answer first: so domains are known by the whole address, too."""
    return {
        f"/{re.escape(sender)}$/": choice.name
        for sender, choice in routes.senders.items()
        if sender.startswith("@")
    }


def _hop_choices(routes: Routes) -> Rows:
    """The choice of each sender, with domains as access(5) writes them."""
    return {sender.removeprefix("@"): choice.name for sender, choice in routes.senders.items()}


def _hop(hop: Hop, routes: Routes) -> tuple[str, ...]:
    """First whether the provider before the hop is still the sender's: the table of a switch says
    OK where it is not, so that the mail takes the sender's way from its beginning. Then where it
    goes on, and last whether it does: FILTER alone permits nothing."""
    keys = ",".join(f"{choice.name}={choice.name}.{hop.name}" for choice in routes.choices)
    return (
        _pipe(_file(_HOP_CHOICES), f"inline:{{{keys}}}", _file(SWITCH)),
        _pipe(_file(hop.name), "$lane_draws", _file(_next(hop))),
        _pipe(_file(hop.name), "static:OK"),
    )


def _filters(routes: Routes, hop: Hop) -> Rows:
    """What an access(5) table answers for each transport that mail may go on by."""
    names = [name for provider in hop.senders.values() for name in routes.lanes[provider]]
    return {name: f"FILTER {routes.destination(name, hop)}" for name in dict.fromkeys(names)}


def _next(hop: Hop) -> str:
    return f"{hop.name}_next"


def _file(name: str) -> str:
    return f"texthash:{DIRECTORY}/{name}"


def _pipe(*maps: str) -> str:
    return f"pipemap:{{{','.join(maps)}}}"
