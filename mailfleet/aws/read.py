"""Reading an account for a mail policy: from facts to what plans are made of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from pyinfra.api.exceptions import DeployError
from pyinfra.api.host import Host

from mailfleet.aws.batch_read import if_sufficient
from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.effective import shadow_notes, shadowed
from mailfleet.aws.facts import (
    CURRENT,
    PENDING,
    PREVIOUS,
    AccessKeys,
    LastUse,
    Secret,
    UserPolicy,
)
from mailfleet.aws.identities import read_identities, read_notifications
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_facts import EmailIdentity
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.identity_settings import desired_settings
from mailfleet.aws.reader import Reader
from mailfleet.aws.smtp_user import (
    POLICY_NAME,
    SmtpUser,
    parse_credential,
    secret_name,
    user_name,
)
from mailfleet.aws.smtp_user_policy import sending_policy
from mailfleet.aws.stored_key import read_own_key
from mailfleet.aws.zones import Zones
from mailfleet.credential import Credential
from mailfleet.dns.desired import DesiredRecords
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Address, Domain, EasyDkim, Mail, PolicyError, Ses
from mailfleet.run.options import REMOVE_UNLISTED
from mailfleet.run.strict_facts import read

Regions = Mapping[str, Mapping[str, Identity]]
"""The identities of each region, by name."""


def read_domains(account: Host, mail: Mail) -> tuple[DomainPlan, ...]:
    """Each domain of which the policy asks something. PlanError when it has not exactly one zone.

    Where only the default DMARC record is to be published, and DNS is not in this account, there
    is nothing to do.
    """
    zones = Zones(account)
    found_in = _read_regions(account, mail)
    domains = []
    for domain in mail.domains:
        desired = DesiredRecords.of(domain, mail)
        by_ses = mail.ses_of(domain.name)
        if by_ses or desired.is_explicit or zones.expected(domain):
            zone, records = zones.of(domain)
            identities = (
                _read_identity(account, mail, domain, ses, found_in, records) for ses in by_ses
            )
            domains.append(
                DomainPlan(
                    domain.name,
                    zone,
                    records,
                    tuple(identities),
                    desired,
                    adopt=domain.adopt,
                    remove=REMOVE_UNLISTED.of(account),
                )
            )
    for domain in mail.absent:
        if zones.expected(domain):
            domains.append(DomainPlan(domain.name, *zones.of(domain), remove=True))
    return tuple(domains)


def read_addresses(account: Host, mail: Mail) -> tuple[IdentityPlan, ...]:
    """The policy's address identities, in each region that their mail leaves from."""
    found_in = _read_regions(account, mail)
    return tuple(
        _read_identity(account, mail, address, ses, found_in, {})
        for address in mail.addresses
        for ses in mail.ses_of(address.name)
    )


def domains(reader: Reader) -> tuple[DomainPlan, ...]:
    """For Reader.once()."""
    return read_domains(reader.host, reader.mail)


def addresses(reader: Reader) -> tuple[IdentityPlan, ...]:
    """For Reader.once()."""
    return read_addresses(reader.host, reader.mail)


def identities(reader: Reader) -> list[IdentityPlan]:
    """Those of domains, then those of addresses."""
    of_domains = (i for domain in reader.once(domains) for i in domain.identities)
    return [*of_domains, *reader.once(addresses)]


def _read_regions(account: Host, mail: Mail) -> Regions:
    return {ses.region: read_identities(account, mail, ses) for ses in mail.ses}


def _read_identity(
    account: Host,
    mail: Mail,
    entry: Domain | Address,
    ses: Ses,
    found_in: Regions,
    records: Mapping[str, RecordSet],
) -> IdentityPlan:
    """It is in a batch read, and read by itself where that does not suffice; also when there seems
    to be none: the lists lag behind."""
    desired = desired_settings(entry, ses, mail)
    if desired.dkim and desired.dkim.secret:
        desired = replace(desired, dkim=read_own_key(account, entry.name, desired.dkim, records))
    found = found_in[ses.region].get(entry.name)
    if found and not found.complete and entry.delegates is not None:
        found = None  # a batch read does not show who may send as it
    if found and not found.complete:
        inherits = desired.dkim is not None and _inherits(mail, entry.name, ses, found_in)
        found = if_sufficient(found, entry.name, ses.region, desired, records, inherits)
    if found is None:
        found = read(account, EmailIdentity, identity=entry.name, region=ses.region)
    if found and found.settings.dkim and desired.dkim:
        dkim = found.settings.dkim.published(entry.name, records, desired.dkim)
        found = replace(found, settings=replace(found.settings, dkim=dkim))
    delegates = tuple(entry.delegates or ())
    return IdentityPlan(entry.name, ses.region, found, desired, entry.adopt, delegates)


def _inherits(mail: Mail, name: str, ses: Ses, found_in: Regions) -> bool:
    """Whether a domain's identity signs with the keys of another region, as far as a batch read
    shows: it is not their parent, and has the same tokens."""
    domain = mail.domain_of(name)
    if domain and isinstance(domain.dkim, EasyDkim) and domain.dkim.parent == ses.region:
        return False
    tokens = found_in[ses.region][name].tokens
    others = (found.get(name) for region, found in found_in.items() if region != ses.region)
    return any(other is not None and other.tokens == tokens for other in others)


def read_shadows(account: Host, mail: Mail) -> tuple[str, ...]:
    """What is to be said of address identities that override the policy's domains."""
    notes: list[str] = []
    for ses in mail.ses:
        identities = read_identities(account, mail, ses)
        listed = {address.name for address in mail.addresses}
        addresses = {
            name: found for name, found in identities.items() if "@" in name and name not in listed
        }
        desired = {d.name: desired_settings(d, ses, mail) for d in mail.domains_by(ses)}
        shadows = shadowed(addresses, desired)
        names = list(dict.fromkeys([*shadows, *shadows.values()]))
        notifications = read_notifications(account, names, ses.region)
        notes += shadow_notes(ses.region, desired, addresses, notifications)
    return tuple(notes)


def read_smtp_user(account: Host, mail: Mail, ses: Ses) -> SmtpUser:
    """The IAM user of the fleet in that region, and its credential. Whether there is more to know
    is asked only while there are keys that the stored credential does not name."""
    user = user_name(mail.fleet, ses.region)
    keys = read(account, AccessKeys, user=user)
    sender = SmtpUser(
        keys=None if keys is None else tuple(keys),
        policy=read(account, UserPolicy, user=user, policy=POLICY_NAME),
        desired=sending_policy(mail, ses),
        stored=_read_credential(account, mail, ses, CURRENT),
    )
    if not sender.unnamed:
        return sender
    sender = replace(
        sender,
        pending=_read_credential(account, mail, ses, PENDING),
        previous=_read_credential(account, mail, ses, PREVIOUS),
    )
    uses = {key.id: read(account, LastUse, key=key.id) for key in sender.unnamed}
    return replace(sender, last_used={key: use for key, use in uses.items() if use})


def _read_credential(account: Host, mail: Mail, ses: Ses, stage: str) -> Credential | None:
    name = secret_name(mail.fleet, ses.region)
    secret = read(account, Secret, secret=name, region=ses.region, stage=stage)
    return parse_credential(secret.text) if secret else None


@contextmanager
def in_one_line() -> Iterator[None]:
    """Tell a PlanError as pyinfra tells its own errors: in one line, without a traceback."""
    try:
        yield
    except (PlanError, PolicyError) as reason:
        raise DeployError(str(reason)) from None
