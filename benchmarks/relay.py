"""How fast a relay hands mail to SES, beside the same Postfix as others configure it.

All in one run and on the same host, so that ratios hold where times do not. The others' files are
in benchmarks/peers; how far away SES is, is emulated (lab/smtp/distance.py).
"""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.contenders import Contender, ours, recipe, with_connections, y2008
from benchmarks.figures import rate, round_trips
from benchmarks.sending import alone, drain, rates
from benchmarks.track import Track
from lab.state import CHECKOUT, Lab
from lab.steps import step
from lab.world import read_policy

# How long sending is looked at, in seconds, at each round trip, in seconds.
WINDOWS = {0.080: 8.0, 0.020: 4.0, 0.002: 3.0}
ROUNDS = 2
CAP = 14  # messages a second
MESSAGES = 300
IDEAL = MESSAGES / CAP  # seconds
ROUND_TRIP = 0.020
BOUND = 90  # seconds; AWS's recipe was seen to need more than 20 minutes
NEAR, MANY = 0.002, 20  # 20 connections are Postfix's default

PEERS = (recipe, y2008)


def main(lab: Lab) -> None:
    track = Track(lab, read_policy(CHECKOUT / "group_data/all.py"))
    console = Console(width=100)
    console.print(_one_connection(track))
    console.print(f"The faster of {ROUNDS} rounds. The last line follows from 20 and 80 ms.\n")
    console.print(_under_a_cap(track))
    console.print(f"{IDEAL:.0f} s is ideal; nobody was waited for longer than {BOUND} s.\n")
    console.print(_no_bottleneck(track))


def _one_connection(track: Track) -> Table:
    contenders = _all(track, 1)
    measured = {trip: track.measured_round_trip(trip) for trip in sorted(WINDOWS)}
    best = [dict.fromkeys(measured, 0.0) for _ in contenders]
    for _ in range(ROUNDS):
        for contender, rates_before in zip(contenders, best, strict=True):
            with step(f"One connection: {contender.name}"):
                found = rates(track, contender, WINDOWS)
            rates_before.update({trip: max(found[trip], rates_before[trip]) for trip in found})
    table = _beside("Messages a second, one connection", "round trip (as measured)", contenders)
    for trip, seconds in measured.items():
        label = f"{trip * 1000:.0f} ms ({seconds * 1000:.1f} ms)"
        _add(table, label, [found[trip] for found in best])
    trips = [
        round_trips([(measured[trip], found[trip]) for trip in (0.020, 0.080)]) for found in best
    ]
    _add(table, "round trips a message", trips, less=True)
    return table


def _under_a_cap(track: Track) -> Table:
    table = Table(title=f"{MESSAGES} messages queued, {CAP} messages/s allowed, 20 ms")
    for heading in ("", "relays", "delivered", "in", "of ideal", "throttled", "still queued"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    runs = [(ours(track.policy, rate=CAP), 1)]
    runs += [(peer(track.policy), 1) for peer in PEERS]
    runs += [(ours(track.policy, rate=CAP, relays=3), 3)]
    for contender, relays in runs:
        with step(f"Under a cap: {contender.name}, relays: {relays}"):
            done = drain(
                track, contender, MESSAGES, ROUND_TRIP, relays=relays, cap=CAP, bound=BOUND
            )
        table.add_row(
            contender.name,
            str(relays),
            str(len(done.times)),
            f"{done.seconds:.1f} s" if not done.queued else "-",
            f"{done.seconds / IDEAL:.1f}" if not done.queued else "-",
            str(done.throttled),
            str(done.queued),
        )
    return table


def _no_bottleneck(track: Track) -> Table:
    contenders = _all(track, MANY)
    table = _beside("Where connections are no bottleneck", "", contenders)
    sent, waited = [], []
    for contender in contenders:
        with step(f"No bottleneck: {contender.name}"):
            sent.append(rate(drain(track, contender, MESSAGES, NEAR, bound=BOUND).times))
            waited.append(alone(track, contender, ROUND_TRIP) * 1000)
    _add(table, f"messages/s, {MANY} connections, 2 ms", sent)
    _add(table, "ms for a message by itself, 20 ms", waited, less=True)
    return table


def _all(track: Track, connections: int) -> tuple[Contender, ...]:
    peers = (with_connections(peer(track.policy), connections) for peer in PEERS)
    return (ours(track.policy, connections=connections), *peers)


def _beside(title: str, heading: str, contenders: Sequence[Contender]) -> Table:
    """Ours first, then each of the others with our gain over it."""
    table = Table(title=title)
    table.add_column(heading, no_wrap=True)
    for n, contender in enumerate(contenders):
        table.add_column(contender.name, justify="right", no_wrap=True)
        if n:
            table.add_column("ratio", justify="right")
    return table


def _add(table: Table, label: str, values: Sequence[float], *, less: bool = False) -> None:
    """`less` is better, or more."""
    ours, *others = values
    cells = [f"{ours:.1f}"]
    for other in others:
        cells += [f"{other:.1f}", f"{other / ours if less else ours / other:.1f}"]
    table.add_row(label, *cells)
