"""Tell the person at the terminal what is going on: one line a step, with the time it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def step(text: str) -> Iterator[None]:
    """`text` and, when the body is through, its seconds."""
    start = time.monotonic()
    click.echo(f"{text} ...", nl=False)
    try:
        yield
    except BaseException:
        click.echo(" failed")
        raise
    click.echo(f" {time.monotonic() - start:.1f} s")
