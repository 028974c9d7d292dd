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

NEAR, FAR, FURTHER = 0.002, 0.020, 0.080  # round trips, in seconds
# How long sending is looked at, in seconds, at each of them.
WINDOWS = {FURTHER: 6.0, FAR: 3.0, NEAR: 2.0}
ROUNDS = 2
CAP = 14  # messages a second
MESSAGES = 300
IDEAL = MESSAGES / CAP  # seconds
BOUND = 60  # seconds; AWS's recipe was seen to need more than 20 minutes
MANY = 20  # connections, Postfix's default

PEERS = (recipe, y2008)


def main(lab: Lab) -> None:
    track = Track(lab, read_policy(CHECKOUT / "group_data/all.py"))
    console = Console(width=100)
    console.print(_one_connection(track))
    console.print(f"The faster of {ROUNDS} rounds. The last line follows from the two before.\n")
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
        _add(table, f"{_ms(trip)} ({seconds * 1000:.1f} ms)", [found[trip] for found in best])
    trips = [
        round_trips([(measured[trip], found[trip]) for trip in (FAR, FURTHER)]) for found in best
    ]
    _add(table, "round trips a message", trips, less=True)
    return table


def _under_a_cap(track: Track) -> Table:
    policy = track.policy
    table = Table(title=f"{MESSAGES} messages queued, {CAP} messages/s allowed")
    for heading in ("round trip", "", "relays", "taken", "in", "of ideal", "throttled", "left"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    runs = (
        (FAR, ours(policy, rate=CAP, round_trip=FAR), 1),
        (FAR, recipe(policy), 1),
        (FAR, y2008(policy), 1),
        (FAR, ours(policy, rate=CAP, round_trip=FAR, relays=3), 3),
        (NEAR, ours(policy, rate=CAP, round_trip=NEAR), 1),
        (NEAR, y2008(policy), 1),
    )
    for trip, contender, relays in runs:
        with step(f"Under a cap: {contender.name}, {_ms(trip)}, relays: {relays}"):
            done = drain(track, contender, MESSAGES, trip, relays=relays, cap=CAP, bound=BOUND)
        finished = not done.queued
        table.add_row(
            _ms(trip),
            contender.name,
            str(relays),
            str(len(done.times)),
            f"{done.seconds:.1f} s" if finished else "-",
            f"{done.seconds / IDEAL:.1f}" if finished else "-",
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
            sent.append(rate(drain(track, contender, 200, NEAR, bound=BOUND).times))
            waited.append(alone(track, contender, FAR) * 1000)
    _add(table, f"messages/s, {MANY} connections, {_ms(NEAR)}", sent)
    _add(table, f"ms for a message by itself, {_ms(FAR)}", waited, less=True)
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


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
