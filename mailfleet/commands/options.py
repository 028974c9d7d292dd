"""What can be given to a run with `--data name=value`."""

from collections.abc import Iterator

import click

from mailfleet.run.options import DECLARED


@click.command()
@click.argument("page", required=False)
def options(page: str | None) -> None:
    """List the run options (--data name=value) and the settings of an inventory.

    PAGE, such as deploy.py, lists those that it reads.
    """
    for line in listing(page):
        click.echo(line)


def listing(page: str | None = None) -> Iterator[str]:
    """Two lines for each option, or for each that a page reads."""
    for option in DECLARED.values():
        if page is None or not option.pages or page in option.pages:
            default = option.shown_default and f" (default: {option.shown_default})"
            read_by = f"{', '.join(option.pages)}: " if option.pages else ""
            yield f"{option.name}={option.values}{default}"
            yield f"    {read_by}{option.help}"
