"""Reading the identities of a region: a hundred a call, or each completely."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyinfra.api.host import Host

from mailfleet.aws.batch_read import BATCH, from_batch_read
from mailfleet.aws.effective import Effective, addresses_under, covering, effective
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_facts import (
    DkimAttributes,
    EmailIdentities,
    EmailIdentity,
    IdentityTags,
    MailFromAttributes,
    NotificationAttributes,
)
from mailfleet.aws.notifications import Notifications
from mailfleet.policy import Mail, Ses
from mailfleet.run.options import READ
from mailfleet.run.strict_facts import read


def is_deep(account: Host) -> bool:
    """Whether `--data read=deep` asks to read each identity completely."""
    return READ.of(account) == "deep"


def read_identities(account: Host, mail: Mail, ses: Ses) -> dict[str, Identity]:
    """Of the region's identities those of the policy, and of addresses under its domains.

    One that was made a moment ago may be missing: SES's lists and batch getters lag behind.
    """
    listed = read(account, EmailIdentities, region=ses.region)
    domains = [domain.name for domain in mail.domains_by(ses)]
    addresses = [address.name for address in mail.addresses]
    candidates = dict.fromkeys([*domains, *addresses, *addresses_under(domains, listed)])
    names = [name for name in candidates if name in listed]
    if is_deep(account):
        return read_complete(account, names, ses.region)
    statuses = {name: listed[name] for name in names}
    return _read_batches(account, statuses, ses.region, mail.fleet)


def read_complete(account: Host, names: Iterable[str], region: str) -> dict[str, Identity]:
    """Those of these identities that exist, a call each."""
    found = {name: read(account, EmailIdentity, identity=name, region=region) for name in names}
    return {name: identity for name, identity in found.items() if identity}


def read_effective(account: Host, address: str, region: str) -> Effective | None:
    """What counts for mail from the address, with its notifications."""
    found = effective(address, read_complete(account, covering(address), region))
    if found is None:
        return None
    notifications = read_notifications(account, [found.name], region)
    return replace(found, notifications=notifications.get(found.name))


def read_notifications(
    account: Host, names: Sequence[str], region: str
) -> dict[str, Notifications]:
    """Where SES reports bounces of these identities, a hundred a call."""
    found: dict[str, Notifications] = {}
    for batch in _batches(names):
        reported = read(account, NotificationAttributes, identities=batch, region=region)
        found |= reported
    return found


def _batches(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(names[start : start + BATCH]) for start in range(0, len(names), BATCH))


def _read_batches(
    account: Host, statuses: Mapping[str, str], region: str, fleet: str
) -> dict[str, Identity]:
    found: dict[str, Identity] = {}
    if not statuses:
        return found
    tags = read(account, IdentityTags, fleet=fleet, region=region)
    for batch in _batches(tuple(statuses)):
        dkim = read(account, DkimAttributes, identities=batch, region=region)
        mail_from = read(account, MailFromAttributes, identities=batch, region=region)
        for name in batch:
            if name in dkim and name in mail_from:
                found[name] = from_batch_read(
                    statuses[name], dkim[name], mail_from[name], tags.get(name, {})
                )
    return found
