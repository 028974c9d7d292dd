"""Where one message is, or the mail of one address: from the logs of all relay hosts."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from mailfleet.commands.fleet import group_data, limit, load_fleet, one_sentence
from mailfleet.relay.agent import WITHIN
from mailfleet.relay.facts import agent_command
from mailfleet.relay.mail_trace import Found, merged, seconds_of, trace_lines
from mailfleet.run.hosts import Reply, ask, disconnect, relays_of

FOUND, NOT_FOUND, NOT_EVERYWHERE = 0, 1, 2


def _since(context: click.Context, parameter: click.Parameter, value: str) -> int:
    try:
        return seconds_of(value)
    except ValueError as mistake:
        raise click.BadParameter(str(mistake)) from None


def _term(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if len(value.strip().strip("<>")) < 3:
        raise click.BadParameter(f"found {value!r}, expected a Message-ID or an address")
    return value


@click.command()
@click.argument("inventory", type=click.Path(path_type=Path))
@click.argument("term", metavar="MESSAGE-ID|ADDRESS", callback=_term)
@click.option("--since", default="2d", callback=_since, help="How far back: 30m, 12h, 2d.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@limit
@group_data
def trace(
    inventory: Path,
    term: str,
    since: int,
    as_json: bool,
    limit: tuple[str, ...],
    group_data: tuple[str, ...],
) -> None:
    """Say what became of a message, or of the mail from and to an address, on all relay hosts.

    Exits 0 when it was found, 1 when it was not, and 2 when it was not found but not all logs could
    be searched.
    """
    with one_sentence():
        hosts = relays_of(load_fleet(inventory, group_data), limit)
    request = {"term": term, "since": time.time() - since}
    replies = list(ask(hosts, lambda host: agent_command("trace", request), WITHIN))
    disconnect(hosts)
    found = found_in(term, replies)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        click.echo("\n".join(trace_lines(found)))
    sys.exit(FOUND if found.messages else NOT_FOUND if found.complete else NOT_EVERYWHERE)


def found_in(term: str, replies: list[Reply]) -> Found:
    answers = {reply.host: reply.answer for reply in replies if not reply.problem}
    problems = {reply.host: reply.problem for reply in replies if reply.problem}
    return merged(term, answers, problems)
