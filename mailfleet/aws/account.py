"""Reading an account for a mail policy: from facts to what plans are made of."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyinfra.api.exceptions import DeployError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws.facts import (
    AccessKeys,
    HostedZones,
    RecordSets,
    Secret,
    UserPolicy,
)
from mailfleet.aws.identities import read_identities
from mailfleet.aws.identity_facts import ConfigurationSet, EmailIdentity
from mailfleet.dns.records import RecordSet
from mailfleet.dns.wanted import Wanted
from mailfleet.dns.zone import HostedZone, find_zone
from mailfleet.policy import Domain, Mail, PolicyError, Ses
from mailfleet.reading import read
from mailfleet.refusal import Refusal
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.effective import shadow_notes
from mailfleet.ses.glance import enough
from mailfleet.ses.sender import (
    POLICY_NAME,
    Sender,
    parse_credential,
    secret_name,
    user_name,
)
from mailfleet.ses.settings import wanted_settings

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
    zones = {zone.name for zone in read(account, HostedZones)}
    domains = []
    for domain in mail.domains:
        publishes = Wanted.of(domain, mail)
        if domain in by_ses:
            domains.append(_read_ses_domain(account, mail, domain, publishes))
        elif publishes.is_explicit or domain.zone in zones:
            zone, records = _read_zone(account, domain)
            domains.append(SendingDomain(domain.name, None, None, zone, records, publishes))
    return tuple(domains)


def _read_ses_domain(account: Host, mail: Mail, domain: Domain, publishes: Wanted) -> SendingDomain:
    """The identity is seen among a hundred others. It is read by itself when that is not enough,
    and also when there seems to be none: that is too much to believe a list."""
    (ses,) = mail.ses
    zone, records = _read_zone(account, domain)
    wanted = wanted_settings(domain, ses, mail.fleet)
    identity = read_identities(account, mail, ses).get(domain.name)
    if identity and not identity.whole:
        identity = enough(identity, domain.name, ses.region, wanted, domain.adopt, records)
    if identity is None:
        identity = read(account, EmailIdentity, identity=domain.name, region=ses.region)
    return SendingDomain(
        domain.name, ses.region, identity, zone, records, publishes, wanted, domain.adopt
    )


def _read_zone(account: Host, domain: Domain) -> tuple[HostedZone, dict[str, RecordSet]]:
    zones = read(account, HostedZones)
    zone = find_zone(zones, domain.zone)
    records = read(account, RecordSets, zone_id=zone.id)
    return zone, {record.id: record for record in records}


def read_shadows(account: Host, mail: Mail) -> tuple[str, ...]:
    """What is to be said of address identities that override the policy's domains."""
    notes: list[str] = []
    for ses in mail.ses:
        identities = read_identities(account, mail, ses)
        addresses = {name: found for name, found in identities.items() if "@" in name}
        wanted = {
            domain.name: wanted_settings(domain, ses, mail.fleet)
            for domain in mail.domains_by_ses()
        }
        notes += shadow_notes(ses.region, wanted, addresses)
    return tuple(notes)


def read_missing_sets(account: Host, domains: Iterable[SendingDomain]) -> tuple[str, ...]:
    """The configuration sets, as <region>/<name>, that the policy names and that are not there."""
    named = {(d.region, d.wanted.configuration_set) for d in domains if d.wanted.configuration_set}
    return tuple(
        f"{region}/{name}"
        for region, name in sorted(named)
        if not read(account, ConfigurationSet, configuration_set=name, region=region)
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
