"""The fleet of an inventory: its policy, its relay hosts as testinfra sees them, its account."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import testinfra
from dns.resolver import Resolver
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws.inventory_accounts import account_of
from mailfleet.policy import Mail
from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import fleet_policy, load_inventory
from mailfleet.run.resolver import resolver_of


@dataclass(frozen=True)
class Fleet:
    """What an inventory and its group_data say. Nothing is contacted before it is asked for."""

    inventory: Inventory

    @classmethod
    def load(cls, path: Path, group_data: list[str]) -> "Fleet":
        """Raises pyinfra's errors for a policy or an inventory that is wrong."""
        return cls(load_inventory(path, group_data))

    @property
    def mail(self) -> Mail:
        return fleet_policy(self.inventory)

    @property
    def relays(self) -> list[Host]:
        return [host for host in self.inventory if ACCOUNTS not in host.groups]

    @cached_property
    def account(self) -> Host:
        """The AWS account, connected."""
        account = account_of(self.inventory, self.mail)
        account.connect(raise_exceptions=True)
        return account

    @property
    def resolver(self) -> Resolver:
        """The one that the account's `resolver` names as (address, port), or the system's."""
        return resolver_of(account_of(self.inventory, self.mail))


def testinfra_host(host: Host) -> Any:
    """A relay as testinfra reaches it: by the SSH settings that pyinfra has for it."""
    sudo = bool(host.data.get("_sudo"))
    if host.name == "@local":
        return testinfra.get_host("local://", sudo=sudo)
    data = host.data
    known_hosts = data.get("ssh_known_hosts_file")
    options = {
        "ssh_identity_file": data.get("ssh_key"),
        "ssh_config": data.get("ssh_config_file"),
        "ssh_extra_args": known_hosts and f"-o UserKnownHostsFile={known_hosts}",
    }
    user = f"{data.ssh_user}@" if data.get("ssh_user") else ""
    port = f":{data.ssh_port}" if data.get("ssh_port") else ""
    address = f"ssh://{user}{data.get('ssh_hostname') or host.name}{port}"
    given = {name: value for name, value in options.items() if value}
    return testinfra.get_host(address, sudo=sudo, **given)
