"""Which hosts of an inventory are AWS accounts, and which of them sends a policy's mail."""

from dataclasses import fields

from pyinfra.api.exceptions import DeployError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.policy import Mail
from mailfleet.run.groups import ACCOUNTS


def account_of(inventory: Inventory, mail: Mail) -> Host:
    """The account that the policy's mail is sent from: the one that it names, or the only one that
    has this policy. DeployError when there is none, or several."""
    accounts = inventory.get_group(ACCOUNTS, [])
    found = accounts if len(accounts) == 1 else [a for a in accounts if _has_policy(a, mail)]
    if mail.account:
        found = [account for account in accounts if account.name == mail.account]
    if len(found) != 1:
        names = ", ".join(host.name for host in found or accounts) or "none"
        raise DeployError(
            f'inventory: found {names}, expected one AWS account: "@aws" or "@aws/<profile>"; with '
            "several, Mail(account=...) says which one sends"
        )
    return found[0]


def _has_policy(account: Host, mail: Mail) -> bool:
    """A group's `relay` says nothing about accounts."""
    policy = account.data.get("mail")
    names = [field.name for field in fields(mail) if field.name != "relay"]
    return isinstance(policy, Mail) and all(getattr(policy, n) == getattr(mail, n) for n in names)


def is_account(host: Host, mail: Mail) -> bool:
    """Whether the host is the account that the policy's mail is sent from. Another account may
    hold zones of it."""
    return ACCOUNTS in host.groups and account_of(host.inventory, mail) == host


def relays_of(inventory: Inventory, mail: Mail) -> list[Host]:
    """The relay hosts whose mail is sent from the policy's account."""
    relays = [host for host in inventory if ACCOUNTS not in host.groups]
    if len(inventory.get_group(ACCOUNTS, [])) < 2:
        return relays
    account = account_of(inventory, mail)
    return [relay for relay in relays if account_of(inventory, relay.data.mail) == account]


def missing_relays(account: Host) -> list[str]:
    """Relays that this run leaves out, has not reached, or has failed on so far."""
    state = account.state
    return sorted(
        relay.name
        for relay in relays_of(account.inventory, account.data.mail)
        if relay not in state.active_hosts or relay in state.failed_hosts
    )
