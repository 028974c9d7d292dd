"""`python -m lab up|down|status|ssh|demo`. The state directory is $MAILFLEET_LAB, or .lab."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lab import leftovers, network
from lab.cache import cache_dir, lock
from lab.down import take_down
from lab.errors import LabError
from lab.machines import is_up
from lab.processes import is_ready
from lab.state import CHECKOUT, Lab, state_dir
from lab.steps import step


@click.group()
def main() -> None:
    """The lab: an internet in a box."""


@main.command()
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    envvar="MAILFLEET_LAB_POLICY",
    default=CHECKOUT / "group_data/all.py",
    show_default="group_data/all.py",
    help="The mail policy whose zones and providers the lab shall have.",
)
def up(policy: Path) -> None:
    """Bring the lab up and leave it running."""
    from lab.up import bring_up  # the libraries behind it take a second, `down` must not need them
    from lab.world import read_policy

    with _alone() as directory:
        show(bring_up(directory, read_policy(policy)))


@main.command()
def demo() -> None:
    """Bring a fresh lab up, run the main job in it and leave it running."""
    from lab.demo import show_all
    from lab.up import bring_up
    from lab.world import read_policy

    with _alone() as directory:
        take_down(network.lab_name(directory), directory)
        lab = bring_up(directory, read_policy(CHECKOUT / "group_data/all.py"))
        show(lab)
        show_all(lab, directory)


@main.command()
def down() -> None:
    """Take the lab away, whatever state it is in."""
    with _alone() as directory:
        name = network.lab_name(directory)
        if directory.exists() or leftovers.find(name, directory):
            with step("Taking the lab away"):
                take_down(name, directory)
        else:
            click.echo("There is no lab.")
        _lock_file(directory).unlink()


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("relay")
@click.argument("command", nargs=-1)
def ssh(relay: str, command: tuple[str, ...]) -> None:
    """A shell on a relay host, or one command there."""
    argv = Lab.load().ssh_command(relay, *command)
    os.execvp(argv[0], argv)  # noqa: S606  no shell of ours is wanted


@main.command()
def status() -> None:
    """Say what is up. Ends with 1 when not all of it is."""
    lab = Lab.load()
    show(lab)
    states = {relay.name: is_up(lab.ssh, relay.address) for relay in lab.relays}
    states["AWS, DNS and providers"] = is_ready(lab.control)
    for name, well in states.items():
        click.echo(f"{name}: {'up' if well else 'DOWN'}")
    if not all(states.values()):
        raise LabError("not all of the lab is up: run `make lab`, which starts it anew")


def show(lab: Lab) -> None:
    """What there is and how to reach it."""
    where = f" on {lab.subnet}" if lab.subnet else ""
    click.echo(f"Lab {lab.name}{where}: AWS at {lab.aws.endpoint}")
    for relay in lab.relays:
        click.echo(f"  {relay.name}  {relay.address}  Debian {relay.release}")
    if lab.why_no_relays:
        click.echo(f"  no hosts, only the AWS side: {lab.why_no_relays}")


@contextmanager
def _alone() -> Iterator[Path]:
    """The state directory, while no other `up` or `down` of the same lab runs."""
    directory = state_dir()
    try:
        with lock(_lock_file(directory)):
            yield directory
    except PermissionError as error:
        raise LabError(f"{error}: is the lab in {directory} another user's?") from error


def _lock_file(directory: Path) -> Path:
    return cache_dir() / f"{network.lab_name(directory)}.lock"


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except LabError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
