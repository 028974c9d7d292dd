"""Facts whose failure can't be mistaken for "there is nothing".

pyinfra goes on with a fact's default when its command failed, so that a failed read would look
like an empty account or an empty host. Our facts' default says that nothing was read.
"""

from typing import Any, TypeVar

from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.facts import FactBase
from pyinfra.api.host import Host

T = TypeVar("T")


class _Unread:
    def __repr__(self) -> str:
        return "(not read)"


UNREAD = _Unread()


class ReadError(PyinfraError):
    """A host or an account could not be read. What failed was printed by its connector."""


class Fact(FactBase[T]):
    """A fact that is either read or UNREAD."""

    abstract = True

    @staticmethod
    def default() -> T:
        return UNREAD  # type: ignore[return-value]


def read(host: Host, fact: type[Fact[T]], **arguments: Any) -> T:
    """The fact's value, or ReadError: nothing is planned from what was not read.

    A host that has failed before in this run is not asked again.
    """
    if host not in host.state.failed_hosts:
        value: T = host.get_fact(fact, **arguments)
        if value is not UNREAD:
            return value
    raise ReadError(f"{host.name} could not be read, so nothing was changed")
