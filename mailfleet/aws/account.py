"""Reading an account for a mail policy: from facts to what plans are made of."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyinfra.api.exceptions import DeployError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws.facts import (
    AccessKeys,
    EmailIdentity,
    HostedZones,
    RecordSets,
    Secret,
    UserPolicy,
)
from mailfleet.dns.zone import find_zone
from mailfleet.policy import Domain, Mail, PolicyError, Ses
from mailfleet.reading import read
from mailfleet.refusal import Refusal
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.sender import (
    POLICY_NAME,
    Sender,
    parse_credential,
    secret_name,
    user_name,
)

GROUP = "@aws"


def account_of(inventory: Inventory) -> Host:
    """The inventory's AWS account. DeployError when there is none, or several."""
    accounts = inventory.get_group(GROUP, [])
    if len(accounts) != 1:
        names = ", ".join(host.name for host in accounts) or "none"
        raise DeployError(
            f'inventory: found {names}, expected one AWS account: "@aws" or "@aws/<profile>"'
        )
    return accounts[0]


def read_domains(account: Host, mail: Mail) -> tuple[SendingDomain, ...]:
    """Each domain that is routed to SES. Refusal when a domain has not exactly one zone."""
    return tuple(
        _read_domain(account, domain, ses) for ses in mail.ses for domain in mail.domains_by_ses()
    )


def _read_domain(account: Host, domain: Domain, ses: Ses) -> SendingDomain:
    zones = read(account, HostedZones)
    zone = find_zone(zones, domain.zone)
    records = read(account, RecordSets, zone_id=zone.id)
    return SendingDomain(
        name=domain.name,
        region=ses.region,
        identity=read(account, EmailIdentity, identity=domain.name, region=ses.region),
        zone=zone,
        records={record.id: record for record in records},
    )


def read_sender(account: Host, mail: Mail, ses: Ses) -> Sender:
    """The IAM user of the fleet in that region, and its credential."""
    user = user_name(mail.fleet, ses.region)
    keys = read(account, AccessKeys, user=user)
    secret = read(account, Secret, secret=secret_name(mail.fleet, ses.region), region=ses.region)
    return Sender(
        keys=None if keys is None else tuple(keys),
        policy=read(account, UserPolicy, user=user, policy=POLICY_NAME),
        stored=parse_credential(secret.text) if secret else None,
    )


@contextmanager
def in_one_line() -> Iterator[None]:
    """Tell a Refusal as pyinfra tells its own errors: in one line, without a traceback."""
    try:
        yield
    except (Refusal, PolicyError) as reason:
        raise DeployError(str(reason)) from None
