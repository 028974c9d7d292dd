"""What a policy means, on one screen."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mailfleet.commands.explain import leaves_by
from mailfleet.commands.fleet import group_data, load_fleet, one_sentence
from mailfleet.dns.dmarc import dmarc_text
from mailfleet.policy import Mail, Ses
from mailfleet.relay.health import fails_over
from mailfleet.run.loading import fleet_policy


@click.command()
@click.argument("inventory", type=click.Path(path_type=Path))
@group_data
def check(inventory: Path, group_data: tuple[str, ...]) -> None:
    """Read an inventory and its mail policy, and say what they mean. Contacts nothing."""
    with one_sentence():
        hosts = load_fleet(inventory, group_data)
        mail = fleet_policy(hosts)
    Console().print(overview(mail, [host.name for host in hosts]))


def overview(mail: Mail, hosts: Sequence[str]) -> Table:
    """A table of what sends, by what, and who hears of trouble."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for domain in mail.domains:
        zone = "" if domain.zone == domain.name else f", records in the zone {domain.zone}"
        verified = "verified by SES" if mail.ses_of(domain.name) else "not by SES"
        dmarc = mail.dmarc_of(domain)
        published = f", {dmarc_text(dmarc)}" if dmarc else ""
        table.add_row("domain", domain.name, f"{verified}{zone}{published}")
    for domain in mail.absent:
        table.add_row("domain", domain.name, "absent: what mailfleet created for it is removed")
    for provider in mail.providers:
        made = (
            "credential created by mailfleet"
            if isinstance(provider, Ses)
            else f"{provider.password}"
        )
        limit = f"{provider.connections} connections a host" if provider.connections else ""
        limit = limit or (f"{provider.rate:g} messages/s" if provider.rate else "its own quota")
        table.add_row("provider", provider.name, escape(f"{provider.nexthop}, {limit}, {made}"))
    for sender, route in mail.sender_routes:
        table.add_row("route", sender, leaves_by(route))
    table.add_row("route", "the policy's other senders", leaves_by(mail.default_route))
    others = mail.route_of_others
    table.add_row("route", "all others", leaves_by(others) if others else "may not send")
    if fails_over(mail):
        table.add_row("", "on each host", "a provider that keeps failing loses its mail meanwhile")
    table.add_row("system mail", "to", mail.admin)
    table.add_row("", "from", mail.noreply)
    for alert in mail.alerts:
        table.add_row("alerts", alert.to, f"by {alert.via}, {mail.relay.check_logs}")
    if not mail.alerts:
        table.add_row("alerts", "no alert is sent when mail fails", "")
    for host in hosts:
        table.add_row("host", escape(host), "")
    return table
