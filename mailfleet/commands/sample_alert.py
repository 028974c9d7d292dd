"""Whether alerts arrive: a test through every channel of a host."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from mailfleet.commands.fleet import group_data, limit, load_fleet, one_sentence
from mailfleet.relay.facts import agent_command
from mailfleet.relay.operations import who
from mailfleet.relay.queued_mail import printable
from mailfleet.run.hosts import Reply, ask, disconnect, relays_of


@click.command("test-alert")
@click.argument("inventory", type=click.Path(path_type=Path))
@limit
@group_data
def sample_alert(inventory: Path, limit: tuple[str, ...], group_data: tuple[str, ...]) -> None:
    """Let one host send a test through each of its channels, as it would send an alert.

    The host is the inventory's first relay; with --limit, each that it names sends one. Exits 0
    when every channel has accepted the test: look whether it has arrived.
    """
    with one_sentence():
        hosts = relays_of(load_fleet(inventory, group_data), limit)
    chosen = hosts if limit else hosts[:1]
    failed = 0
    replies = ask(
        chosen, lambda host: agent_command("sample_alert", {"host": host.name, "by": who()}), 120
    )
    for reply in replies:
        failed += bool(reply.problem) or any(reply.answer.values())
        for line in sample_alert_lines(reply):
            click.echo(line)
    disconnect(chosen)
    sys.exit(1 if failed else 0)


def sample_alert_lines(reply: Reply) -> Iterator[str]:
    """A line for each recipient."""
    if reply.problem:
        yield f"{reply.host}: {reply.problem}"
        return
    for name, error in reply.answer.items():
        yield f"{reply.host}: {printable(name)}: {printable(error) or 'accepted'}"
