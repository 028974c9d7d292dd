"""Where hosts wait for each other."""

from pyinfra.api.operation import operation

from mailfleet.commands import Commands


@operation()
def meet() -> Commands:
    """All hosts wait here: pyinfra orders operations of different hosts by their dependencies, not
    by their lines."""
    yield from ()
