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
from mailfleet.dns.wanted import Wanted
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
    """Each domain of which the policy asks something. Refusal when it has not exactly one zone.

    Where only the default DMARC record is to be published, and DNS is not in this account, there
    is nothing to do.
    """
    by_ses = mail.domains_by_ses()
    domains = []
    for domain in mail.domains:
        ses = mail.ses[0] if domain in by_ses else None
        wanted = Wanted.of(domain, mail)
        zones = {zone.name for zone in read(account, HostedZones)}
        if ses or wanted.is_explicit or domain.zone in zones:
            domains.append(_read_domain(account, domain, ses, wanted))
    return tuple(domains)


def _read_domain(account: Host, domain: Domain, ses: Ses | None, wanted: Wanted) -> SendingDomain:
    zones = read(account, HostedZones)
    zone = find_zone(zones, domain.zone)
    records = read(account, RecordSets, zone_id=zone.id)
    region = ses.region if ses else None
    return SendingDomain(
        name=domain.name,
        region=region,
        identity=read(account, EmailIdentity, identity=domain.name, region=region)
        if region
        else None,
        zone=zone,
        records={record.id: record for record in records},
        wanted=wanted,
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
