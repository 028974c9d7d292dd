"""What an option of a run is: declared once, and so read, checked, listed and documented.

An option is data of pyinfra's: `--data name=value` sets it for a run, host or group data for good.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pyinfra.api.exceptions import InventoryError
from pyinfra.api.host import Host

T = TypeVar("T")
O = TypeVar("O", bound="Option[Any]")  # noqa: E741


@dataclass(frozen=True)
class Option(Generic[T]):
    """An option, or a setting of the inventory, which is one without `pages`.

    `help` is a line for people. `values` says what it may be, and `parse` makes that of what was
    given: ValueError or TypeError for anything else. `pages` are the files that read it, such as
    deploy.py.
    """

    name: str
    help: str
    values: str
    parse: Callable[[Any], T]
    default: T
    pages: tuple[str, ...] = ()

    def of(self, host: Host) -> T:
        """Its value for the host; InventoryError, a sentence, for one that it can't have."""
        found = host.data.get(self.name)
        if found is None:
            return self.default
        try:
            return self.parse(found)
        except (TypeError, ValueError):
            given = self.name in host.inventory.override_data
            where = f"--data {self.name}" if given else f"{host.name}: {self.name}"
            raise InventoryError(f"{where}: found {found!r}, expected {self.values}") from None

    @property
    def shown_default(self) -> str:
        """As it would be written on the command line; empty where it says nothing."""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        if self.default is None or self.default in ("", {}):
            return ""
        return str(self.default)


DECLARED: dict[str, Option[Any]] = {}
"""Every option, by name."""


def declare(option: O) -> O:
    """Register the option: from now on it may be given, and is checked, listed and documented."""
    if option.name in DECLARED:
        raise ValueError(f"option {option.name}: found two declarations, expected one")
    DECLARED[option.name] = option
    return option


def flag(name: str, help_: str, *, default: bool = False, pages: tuple[str, ...]) -> Option[bool]:
    """yes or no; what pyinfra reads as true and false, too."""
    choices = {"yes": True, "no": False, True: True, False: False}

    def parse(given: Any) -> bool:
        if given not in choices:
            raise ValueError
        return choices[given]

    return Option(name, help_, "yes or no", parse, default, pages)


def choice(name: str, help_: str, choices: tuple[str, ...], pages: tuple[str, ...]) -> Option[str]:
    """One of these; the first is the default."""

    def parse(given: Any) -> str:
        return choices[choices.index(given)]

    return Option(name, help_, " or ".join(choices), parse, choices[0], pages)


def number(
    name: str, help_: str, least: int, most: int, default: int | None, unit: str = ""
) -> Option[Any]:
    """A setting: a number in these bounds."""

    def parse(given: Any) -> float:
        value = float(given)
        if isinstance(given, bool) or not least <= value <= most:
            raise ValueError
        return int(value) if value.is_integer() else value

    return Option(name, help_, f"{least} to {most}{unit and f' {unit}'}", parse, default)


def text(
    name: str, help_: str, values: str, default: str = "", pages: tuple[str, ...] = ()
) -> Option[str]:
    """What is checked further where it is used: `values` says what it may be."""

    def parse(given: Any) -> str:
        # pyinfra reads JSON off the command line: a name such as 2026 arrives as a number
        said = given if isinstance(given, str) else json.dumps(given)
        if not said:
            raise ValueError
        return said

    return Option(name, help_, values, parse, default, pages)
