"""An account that is read for a mail policy."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

from pyinfra.api.host import Host

from mailfleet.aws.facts import Caller
from mailfleet.policy import Mail
from mailfleet.run.strict_facts import read

T = TypeVar("T")


class Reader:
    """What kinds of resources read an account by. `caller` is our own ARN."""

    def __init__(self, host: Host, mail: Mail) -> None:
        self.host = host
        self.mail = mail
        self._known: dict[object, Any] = {}

    @cached_property
    def caller(self) -> str:
        return read(self.host, Caller)

    def once(self, read_all: Callable[["Reader"], T]) -> T:
        """What the function reads: once, however many kinds need it."""
        if read_all not in self._known:
            self._known[read_all] = read_all(self)
        return cast(T, self._known[read_all])
