"""Where hosts wait for each other."""

from pyinfra.api.operation import operation

from mailfleet.run.commands import Commands


@operation()
def barrier() -> Commands:
    """All hosts wait here: pyinfra orders operations of different hosts by their dependencies, not
    by their lines."""
    yield from ()
