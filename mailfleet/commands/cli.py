"""The command `mailfleet`: what pyinfra's own commands don't say."""

import sys
from pathlib import Path

from gevent import monkey

monkey.patch_all()  # before anything that pyinfra or boto3 import

import click  # noqa: E402
from pyinfra.api.exceptions import PyinfraError  # noqa: E402
from rich.console import Console  # noqa: E402

from mailfleet.aws.identities import read_effective  # noqa: E402
from mailfleet.aws.inventory_accounts import account_of  # noqa: E402
from mailfleet.aws.regions import check_regions  # noqa: E402
from mailfleet.commands import app_settings as settings  # noqa: E402
from mailfleet.commands import check as overview  # noqa: E402
from mailfleet.commands import explain as explanation  # noqa: E402
from mailfleet.dns.resolver import LiveDns, resolver_of  # noqa: E402
from mailfleet.policy import PolicyError  # noqa: E402
from mailfleet.policy.types import mail_address  # noqa: E402
from mailfleet.run.loading import fleet_policy, load_inventory, policy_of  # noqa: E402


@click.group()
def main() -> None:
    """Reliable outbound email for a fleet of EC2 hosts, as code."""


@main.command()
@click.argument("inventory", type=click.Path(path_type=Path))
@click.option("--group-data", multiple=True, help="Further group_data folders.")
def check(inventory: Path, group_data: tuple[str, ...]) -> None:
    """Read an inventory and its mail policy, and say what they mean. Contacts nothing."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        hosts = load_inventory(inventory, list(group_data))
        mail = fleet_policy(hosts)
    except PyinfraError as mistake:
        raise click.ClickException(str(mistake)) from None
    Console().print(overview.of(mail, [host.name for host in hosts]))


@main.command()
@click.argument("address")
@click.option("--inventory", type=click.Path(path_type=Path), required=True)
@click.option("--group-data", multiple=True, help="Further group_data folders.")
def explain(address: str, inventory: Path, group_data: tuple[str, ...]) -> None:
    """Say which SES identity counts for mail from ADDRESS, and what that means for it."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        address = mail_address(address)
        hosts = load_inventory(inventory, list(group_data))
        mail = fleet_policy(hosts)
        account = account_of(hosts, mail)
        ses = explanation.ses_of(mail, address)
        found = None
        if ses:
            check_regions(mail, LiveDns(resolver_of(account)))
            account.connect(raise_exceptions=True)
            found = read_effective(account, address, ses.region)
    except (PyinfraError, ValueError) as mistake:
        raise click.ClickException(str(mistake)) from None
    click.echo(explanation.of(mail, address, ses, found))


@main.command()
@click.argument("form", type=click.Choice(sorted(settings.FORMS)))
@click.option("--inventory", type=click.Path(path_type=Path), required=True)
@click.option("--group-data", multiple=True, help="Further group_data folders.")
@click.option("--through", default=settings.LOCAL, help="local, a dedicated relay, or a provider.")
def app_settings(form: str, inventory: Path, group_data: tuple[str, ...], through: str) -> None:
    """Print what an application sets to send its mail. Contacts nothing."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        hosts = load_inventory(inventory, list(group_data))
        if through in hosts.hosts:
            to = settings.through_dedicated(policy_of(hosts.get_host(through)), through)
        else:
            to = settings.submission(fleet_policy(hosts), through)
    except (PyinfraError, PolicyError) as mistake:
        raise click.ClickException(str(mistake)) from None
    click.echo(settings.FORMS[form](to), nl=False)
