"""What was given with `--data name=value`, checked before anything is planned."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import get_type_hints

from pyinfra.api.arguments import all_global_arguments
from pyinfra.api.connectors import get_all_connectors
from pyinfra.api.exceptions import InventoryError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.run.options import DECLARED


def check_given(host: Host) -> None:
    """InventoryError for a name that nothing reads or only another page does, and for an option
    whose value is none of those that it may have.

    Names are an option's, pyinfra's or a connector's own, or those of data that the inventory or
    group_data has: so a deploy of your own can be given data that has a default there.
    """
    page = Path(host.state.current_exec_filename or "").name
    for name in host.inventory.override_data:
        _check_name(name, host.inventory, page)
    for option in DECLARED.values():
        option.of(host)


def _check_name(name: str, inventory: Inventory, page: str) -> None:
    option = DECLARED.get(name)
    if option is None and name not in (known := set(_known(inventory))):
        near = get_close_matches(name, [*DECLARED, *known], n=1, cutoff=0)[0]
        raise InventoryError(
            f"--data {name}: found a name that nothing reads, expected an option such as {near}: "
            "`mailfleet options` lists them, and data of your own needs a value in group_data"
        )
    if option and option.pages and page in _pages() and page not in option.pages:
        raise InventoryError(
            f"--data {name}: found it with {page}, expected it with {' or '.join(option.pages)}"
        )


def _pages() -> set[str]:
    return {page for option in DECLARED.values() for page in option.pages}


def _known(inventory: Inventory) -> Iterator[str]:
    for connector in get_all_connectors().values():  # type: ignore[no-untyped-call]
        yield from get_type_hints(connector.data_cls)
    yield from (name for name, _ in all_global_arguments())
    for data in (inventory.data, *inventory.group_data.values(), *inventory.host_data.values()):
        yield from data
