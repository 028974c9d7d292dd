"""Reading what relays depend on besides the policy: the account, the inventory and files."""

import ssl
from pathlib import Path

from pyinfra.api.inventory import Inventory

from mailfleet.aws.identity_facts import EmailIdentities
from mailfleet.aws.inventory_accounts import account_of, relays_of
from mailfleet.aws.resources.ses_account import AccountFact
from mailfleet.inputs import Inputs
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Ses
from mailfleet.policy.route import VERIFIED
from mailfleet.run.loading import policy_of
from mailfleet.run.strict_facts import read


def read_relay_inputs(inventory: Inventory, mail: Mail) -> Inputs:
    """Raises PlanError when a file of certificate authorities can't be used."""
    relays = [host for host in relays_of(inventory, mail) if not policy_of(host).relay.relay_hosts]
    return Inputs(
        relays=len(relays) or 1,
        quotas=_quotas(inventory, mail),
        verified=_verified(inventory, mail),
        authorities={p.name: _authorities(p.name, p.ca) for p in mail.smtp if p.ca},
    )


def _quotas(inventory: Inventory, mail: Mail) -> dict[str, float]:
    """The account's own rate, where the policy sets none."""
    return {
        ses.name: read(
            account_of(inventory, mail), AccountFact, region=ses.region
        ).quota.max_send_rate
        for ses in mail.ses
        if ses in mail.used_providers and not ses.rate and not ses.connections
    }


def _verified(inventory: Inventory, mail: Mail) -> dict[str, tuple[str, ...]]:
    """By SES entry: every identity that is verified there, where a route has senders="verified"."""
    names = {n for route in mail.routes if route.senders == VERIFIED for n in route.weights}
    return {ses.name: _identities(inventory, mail, ses) for ses in mail.ses if ses.name in names}


def _identities(inventory: Inventory, mail: Mail, ses: Ses) -> tuple[str, ...]:
    listed = read(account_of(inventory, mail), EmailIdentities, region=ses.region)
    return tuple(
        name if "@" in name else f"@{name}"
        for name, status in sorted(listed.items())
        if status == "SUCCESS"
    )


def _authorities(name: str, path: str) -> str:
    where = f"provider {name!r}: ca {path}"
    try:
        text = Path(path).read_text()
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError):
        raise PlanError(
            f"{where}: found no certificate in PEM, expected that of the authority"
        ) from None
    except OSError as error:
        raise PlanError(f"{where}: the file can't be read: {error.strerror}") from None
    return text
