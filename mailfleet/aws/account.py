"""Reading an account for a mail policy: from facts to what plans are made of."""

from collections.abc import Iterator, Mapping
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
from mailfleet.aws.identities import read_identities, read_notifications
from mailfleet.aws.identity_facts import EmailIdentity
from mailfleet.dns.records import RecordSet
from mailfleet.dns.wanted import Wanted
from mailfleet.dns.zone import HostedZone, find_zone
from mailfleet.policy import Address, Domain, Mail, PolicyError, Ses
from mailfleet.reading import read
from mailfleet.refusal import Refusal
from mailfleet.ses.domains import SendingDomain
from mailfleet.ses.effective import shadow_notes, shadowed
from mailfleet.ses.glance import enough
from mailfleet.ses.sender import (
    POLICY_NAME,
    Sender,
    parse_credential,
    secret_name,
    user_name,
)
from mailfleet.ses.sending_identity import SendingIdentity
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
    zones = {zone.name for zone in read(account, HostedZones)}
    domains = []
    for domain in mail.domains:
        publishes = Wanted.of(domain, mail)
        by_ses = mail.ses_of(domain.name)
        if by_ses or publishes.is_explicit or domain.zone in zones:
            zone, records = _read_zone(account, domain)
            identities = (_read_identity(account, mail, domain, ses, records) for ses in by_ses)
            found = SendingDomain(domain.name, zone, records, tuple(identities), publishes)
            domains.append(found)
    return tuple(domains)


def read_addresses(account: Host, mail: Mail) -> tuple[SendingIdentity, ...]:
    """The policy's address identities, in each region that their mail leaves from."""
    return tuple(
        _read_identity(account, mail, address, ses, {})
        for address in mail.addresses
        for ses in mail.ses_of(address.name)
    )


def _read_identity(
    account: Host, mail: Mail, entry: Domain | Address, ses: Ses, records: Mapping[str, RecordSet]
) -> SendingIdentity:
    """It is seen among a hundred others, and read by itself when that is not enough; also when
    there seems to be none: that is too much to believe a list."""
    wanted = wanted_settings(entry, ses, mail)
    found = read_identities(account, mail, ses).get(entry.name)
    if found and not found.whole and entry.delegates is not None:
        found = None  # a glance does not see who may send as it
    if found and not found.whole:
        found = enough(found, entry.name, ses.region, wanted, entry.adopt, records)
    if found is None:
        found = read(account, EmailIdentity, identity=entry.name, region=ses.region)
    delegates = tuple(entry.delegates or ())
    return SendingIdentity(entry.name, ses.region, found, wanted, entry.adopt, delegates)


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
        listed = {address.name for address in mail.addresses}
        addresses = {
            name: found for name, found in identities.items() if "@" in name and name not in listed
        }
        wanted = {d.name: wanted_settings(d, ses, mail) for d in mail.domains_by(ses)}
        shadows = shadowed(addresses, wanted)
        names = list(dict.fromkeys([*shadows, *shadows.values()]))
        notifications = read_notifications(account, names, ses.region)
        notes += shadow_notes(ses.region, wanted, addresses, notifications)
    return tuple(notes)


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
