"""How commands are given the fleet that they are about."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.inventory import Inventory

from mailfleet.plan.errors import PlanError
from mailfleet.policy import PolicyError
from mailfleet.run import connectors
from mailfleet.run.loading import load_inventory

group_data = click.option("--group-data", multiple=True, help="Further group_data folders.")
inventory = click.option("--inventory", type=click.Path(path_type=Path), required=True)
limit = click.option("--limit", multiple=True, help="Only hosts of this name, pattern or group.")


def load_fleet(path: Path, folders: tuple[str, ...]) -> Inventory:
    """The inventory, whose files import from the working directory. Contacts nothing."""
    sys.path.insert(0, str(Path.cwd()))
    connectors.install()
    return load_inventory(path, list(folders))


@contextmanager
def one_sentence() -> Iterator[None]:
    """A mistake in what the command was given ends it with a sentence and no traceback."""
    try:
        yield
    except (PyinfraError, PolicyError, PlanError) as mistake:
        raise click.ClickException(str(mistake)) from None
