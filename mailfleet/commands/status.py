"""A fleet now, on one screen."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from pyinfra.api.host import Host

from mailfleet.commands.fleet import group_data, limit, load_fleet, one_sentence
from mailfleet.relay.facts import agent_command
from mailfleet.relay.fleet_status import HostStatus, host_status, prices_of, status_lines
from mailfleet.run.hosts import ask, disconnect, relays_of
from mailfleet.run.loading import fleet_policy

EVERY = 10
"""Seconds between two looks of --watch."""
WITHIN = 20
INTERRUPTED = 130
_CLEAR = "\x1b[H\x1b[2J"


@click.command()
@click.argument("inventory", type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Show it anew every 10 s, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that hosts report.")
@limit
@group_data
def status(
    inventory: Path,
    watch: bool,
    as_json: bool,
    limit: tuple[str, ...],
    group_data: tuple[str, ...],
) -> None:
    """Show the fleet now: queues, the last hour by provider, switches, and what is wrong.

    Exits 0 when all is well or there are warnings only, 1 when a host reports a failure, and 2 when
    the state of a host is unknown.
    """
    with one_sentence():
        fleet = load_fleet(inventory, group_data)
        hosts = relays_of(fleet, limit)
        prices = prices_of(fleet_policy(fleet))
    try:
        while True:
            found = look(hosts)
            shown = _as_json(found) if as_json else status_lines(found, prices, time.time())
            clear = _CLEAR if watch and sys.stdout.isatty() else ""
            click.echo(clear + "\n".join(shown))
            if not watch:
                break
            time.sleep(EVERY)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        disconnect(hosts)
    sys.exit(exit_status(found))


def look(hosts: Sequence[Host]) -> list[HostStatus]:
    """The status of each host, in the inventory's order."""
    replies = ask(hosts, lambda host: agent_command("monitor_status", {}), WITHIN)
    found = {reply.host: host_status(reply.host, reply.answer, reply.problem) for reply in replies}
    return [found[host.name] for host in hosts]


def exit_status(found: Sequence[HostStatus]) -> int:
    levels = {each.level for each in found}
    return 1 if "fail" in levels else 2 if "unknown" in levels else 0


def _as_json(found: Sequence[HostStatus]) -> list[str]:
    return [json.dumps([asdict(each) for each in found], indent=2)]
