"""The command `mailfleet`: what pyinfra's own commands don't say.

Each command is a module of this package; registering it here is all that it needs.
"""

from gevent import monkey

monkey.patch_all()  # before anything that pyinfra or boto3 import

import click  # noqa: E402

from mailfleet.commands.app_settings import app_settings  # noqa: E402
from mailfleet.commands.check import check  # noqa: E402
from mailfleet.commands.explain import explain  # noqa: E402
from mailfleet.commands.options import options  # noqa: E402
from mailfleet.commands.trace import trace  # noqa: E402


@click.group()
def main() -> None:
    """Reliable outbound email for a fleet of EC2 hosts, as code."""


for command in (app_settings, check, explain, options, trace):
    main.add_command(command)
