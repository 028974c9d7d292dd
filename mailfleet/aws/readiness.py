"""Whether the account is ready for a relay's mail. Asked when a relay is about to change, because
earlier steps of the same run may have made it so."""

from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws.credentials import read_credentials
from mailfleet.aws.inventory_accounts import account_of
from mailfleet.aws.read import read_domains, read_smtp_user
from mailfleet.aws.rotation_plan import under_way
from mailfleet.credential import Credential
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Ses


def account_failed(inventory: Inventory, mail: Mail) -> bool:
    """Whether the policy's account has failed in this run."""
    account = account_of(inventory, mail)
    return account in account.state.failed_hosts


def read_ready_credentials(inventory: Inventory, mail: Mail) -> dict[str, Credential | None]:
    """As read_credentials(). Raises PlanError while SES is not ready for the policy's mail: its
    domains are not verified, or it has no SMTP credential."""
    used = [provider for provider in mail.used_providers if isinstance(provider, Ses)]
    for ses in used:
        _check_verified(_working_account(inventory, mail), mail, ses)
    found = read_credentials(inventory, mail)
    for ses in used:
        if found[ses.name] is None:
            raise PlanError(f"SES in {ses.region} has no SMTP credential yet")
    return found


def read_new_credential(inventory: Inventory, mail: Mail, ses: Ses) -> Credential:
    """The credential that a rotation has made. Raises PlanError while there is none."""
    sender = read_smtp_user(_working_account(inventory, mail), mail, ses)
    if sender.credential is None or not under_way(sender):
        raise PlanError(f"SES in {ses.region} has no new key yet")
    return sender.credential


def _working_account(inventory: Inventory, mail: Mail) -> Host:
    if account_failed(inventory, mail):
        raise PlanError(f"{account_of(inventory, mail).name} failed")
    return account_of(inventory, mail)


def _check_verified(account: Host, mail: Mail, ses: Ses) -> None:
    missing = [
        identity.name
        for domain in read_domains(account, mail)
        for identity in domain.unverified
        if identity.region == ses.region
    ]
    if missing:
        raise PlanError(f"SES in {ses.region} has not verified {', '.join(missing)} yet")
