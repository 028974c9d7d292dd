"""Reading an inventory and its group_data outside of a pyinfra run. Nothing is contacted."""

from dataclasses import replace
from pathlib import Path

from pyinfra.api.config import Config
from pyinfra.api.exceptions import InventoryError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory
from pyinfra.api.state import State
from pyinfra.context import ctx_config, ctx_state
from pyinfra_cli.inventory import make_inventory

from mailfleet.policy import Mail, Relay
from mailfleet.run.given_data import check_given


def load_inventory(path: Path, group_data: list[str] | None = None) -> Inventory:
    """The inventory of a file, with the group_data beside it and in the working directory.

    Raises pyinfra's own errors, each a sentence, for an inventory or a policy that is wrong.
    """
    if not path.is_file():
        raise InventoryError(f"found no inventory file {path}")
    config = Config()  # type: ignore[no-untyped-call]
    state = State()
    state.cwd = str(Path.cwd())
    ctx_state.set(state)  # type: ignore[no-untyped-call]
    ctx_config.set(config)  # type: ignore[no-untyped-call]
    inventory: Inventory = make_inventory(
        str(path), cwd=state.cwd, group_data_directories=group_data or []
    )
    state.init(inventory, config)
    return inventory


def policy_of(host: Host) -> Mail:
    """The host's mail policy, with the `relay` of its own group_data when there is one.

    InventoryError when its data holds no policy, and for `--data` that is none of a run's options.
    """
    check_given(host)
    policy = host.data.get("mail")
    if not isinstance(policy, Mail):
        raise InventoryError(
            f"{host.name}: found no mail policy, expected `mail = Mail(...)` in group_data/all.py"
        )
    own = host.data.get("relay")
    if own is None:
        return policy
    if not isinstance(own, Relay):
        raise InventoryError(
            f"{host.name}: found relay of type {type(own).__name__}, expected `relay = Relay(...)`"
        )
    return replace(policy, relay=own)


def fleet_policy(inventory: Inventory) -> Mail:
    """The policy of an inventory: that of its first host. InventoryError when there is none."""
    for host in inventory:
        return policy_of(host)
    raise InventoryError("found no host, expected an AWS account and relay hosts")
