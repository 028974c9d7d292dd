"""Routes as Postfix's lookup tables: one that answers, or chooses at random for each mail.

A sender with one transport has a line with its destination. One with several has a line with the
name of its choice: pipemap: then picks one of the choice's transports by randmap: and looks up
what to answer for it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mailfleet.relay.routes import Hop, Routes

Rows = dict[str, str]
DIRECTORY = "$config_directory"


@dataclass
class Tables:
    """`rows`: the lines of each file by its name. `senders`: the lookup tables, in order, for the
    destination of a sender. `hops`: those that let a sender's mail go on, by the hop's name."""

    rows: dict[str, Rows] = field(default_factory=dict)
    senders: tuple[str, ...] = ()
    hops: dict[str, tuple[str, ...]] = field(default_factory=dict)


def tables(routes: Routes, kept_here: Iterable[str]) -> Tables:
    """`kept_here` are senders whose mail the transport `returned` takes."""
    found = Tables()
    found.rows["sender_transport"] = dict.fromkeys(kept_here, "returned:")
    found.senders = _lookups(found, "sender_transport", routes.senders, routes.destination)
    if routes.others:
        found.senders += _others(found, routes)
    for hop in routes.hops:
        found.hops[hop.name] = _hop(found, routes, hop)
    return found


def _hop(found: Tables, routes: Routes, hop: Hop) -> tuple[str, ...]:
    """First where the mail goes on, then whether it does: FILTER alone permits nothing."""
    lookups = _lookups(
        found, hop.name, hop.senders, lambda name: f"FILTER {routes.destination(name, hop)}"
    )
    files = [f"texthash:{DIRECTORY}/{name}" for name in found.rows if _is_of(name, hop)]
    return (*lookups, *(f"pipemap:{{{file},static:OK}}" for file in files))


def _is_of(name: str, hop: Hop) -> bool:
    return name in (hop.name, f"{hop.name}_choice")


def _lookups(
    found: Tables,
    name: str,
    senders: Mapping[str, tuple[str, ...]],
    answer: Callable[[str], str],
) -> tuple[str, ...]:
    """Write the rows of one table and, where there is something to choose, of its second file."""
    rows = found.rows.setdefault(name, {})
    choices: dict[tuple[str, ...], str] = {}
    for sender, transports in senders.items():
        if len(transports) == 1:
            rows[sender] = answer(transports[0])
        else:
            choice = choices.setdefault(transports, f"choice{len(choices) + 1}")
            found.rows.setdefault(f"{name}_choice", {})[sender] = choice
    texthash = f"texthash:{DIRECTORY}/{name}"
    return (
        texthash,
        *(
            f"pipemap:{{{texthash}_choice,inline:{{{choice}=it}},"
            f"{_random(found, name, transports, answer)}}}"
            for transports, choice in choices.items()
        ),
    )


def _others(found: Tables, routes: Routes) -> tuple[str, ...]:
    if len(routes.others) == 1:
        return (f"static:{{{routes.destination(routes.others[0])}}}",)
    chosen = _random(found, "sender_transport", routes.others, routes.destination)
    return (f"pipemap:{{static:all,{chosen}}}",)


def _random(
    found: Tables, name: str, transports: Iterable[str], answer: Callable[[str], str]
) -> str:
    """One of the transports, and what to answer for it. A next hop has commas, randmap: too."""
    keys = {transport: f"{name}.{transport}" for transport in transports}
    found.rows.setdefault("chosen", {}).update(
        {key: answer(transport) for transport, key in keys.items()}
    )
    drawn = ",".join(keys[transport] for transport in transports)
    return f"randmap:{{{drawn}}},texthash:{DIRECTORY}/chosen"
