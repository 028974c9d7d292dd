"""Alerts about one thing are not sent for a while."""

import re
import sys
from pathlib import Path

import click

from mailfleet.commands.fleet import group_data, limit, load_fleet, one_sentence
from mailfleet.commands.time_span import seconds_of
from mailfleet.relay.facts import agent_command
from mailfleet.relay.fleet_status import clock
from mailfleet.relay.operations import who
from mailfleet.run.hosts import Reply, ask, disconnect, relays_of

OFF = "off"
LONGEST = 30 * 86400
_KEY = re.compile(r"[a-z0-9._:/-]{1,120}")


def _key(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not _KEY.fullmatch(value):
        expected = "expected a key as alerts and `mailfleet status` show it, such as queue:oldest"
        raise click.BadParameter(f"found {value!r}, {expected}")
    return value


def _span(context: click.Context, parameter: click.Parameter, value: str) -> int | None:
    if value == OFF:
        return None
    try:
        seconds = seconds_of(value)
    except ValueError as mistake:
        raise click.BadParameter(f"{mistake}, or {OFF}") from None
    if seconds > LONGEST:
        raise click.BadParameter(f"found {value}, expected at most {LONGEST // 86400}d")
    return seconds


@click.command()
@click.argument("inventory", type=click.Path(path_type=Path))
@click.argument("key", callback=_key)
@click.argument("span", metavar="TIME|off", callback=_span)
@limit
@group_data
def silence(
    inventory: Path,
    key: str,
    span: int | None,
    limit: tuple[str, ...],
    group_data: tuple[str, ...],
) -> None:
    """Send no alerts with KEY, nor with keys that begin with KEY and a colon, for TIME (2h).

    What is silenced is still looked at, and shown by `mailfleet status`. With "off" the silence
    ends. Exits 0 when all hosts have it.
    """
    with one_sentence():
        hosts = relays_of(load_fleet(inventory, group_data), limit)
    request = {"key": key, "seconds": span, "by": who()}
    failed = 0
    for reply in ask(hosts, lambda host: agent_command("silence", request)):
        failed += bool(reply.problem)
        click.echo(silence_line(reply, key))
    disconnect(hosts)
    sys.exit(1 if failed else 0)


def silence_line(reply: Reply, key: str) -> str:
    """What is in force on a host now."""
    if reply.problem:
        return f"{reply.host}: {reply.problem}"
    entry = reply.answer["silences"].get(key)
    if entry is None:
        return f"{reply.host}: {key} is not silenced"
    return f"{reply.host}: {key} is silenced until {clock(entry['until'])} (by {entry['by']})"
