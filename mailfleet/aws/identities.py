"""Reading the identities of a region: at a glance, and whole where that is not enough."""

from collections.abc import Iterable, Mapping

from pyinfra.api.exceptions import DeployError
from pyinfra.api.host import Host

from mailfleet.aws.identity_facts import (
    DkimAttributes,
    EmailIdentities,
    EmailIdentity,
    MailFromAttributes,
)
from mailfleet.policy import Mail, Ses
from mailfleet.reading import read
from mailfleet.ses.effective import addresses_under, covering
from mailfleet.ses.glance import BATCH, glance
from mailfleet.ses.identity import Identity


def is_deep(account: Host) -> bool:
    """Whether `--data read=deep` asks to read each identity whole."""
    asked = account.data.get("read", "fast")
    if asked not in ("fast", "deep"):
        raise DeployError(f"--data read: found {asked!r}, expected fast or deep")
    return bool(asked == "deep")


def read_identities(account: Host, mail: Mail, ses: Ses) -> dict[str, Identity]:
    """Of the region's identities those of the policy, and of addresses under its domains.

    One that was made a moment ago may be missing: SES's lists and batch getters lag behind.
    """
    listed = read(account, EmailIdentities, region=ses.region)
    domains = [domain.name for domain in mail.domains_by(ses)]
    addresses = [address.name for address in mail.addresses]
    wanted = dict.fromkeys([*domains, *addresses, *addresses_under(domains, listed)])
    names = [name for name in wanted if name in listed]
    if is_deep(account):
        return read_whole(account, names, ses.region)
    return _read_glances(account, {name: listed[name] for name in names}, ses.region)


def read_whole(account: Host, names: Iterable[str], region: str) -> dict[str, Identity]:
    """Those of these identities that exist, a call each."""
    found = {name: read(account, EmailIdentity, identity=name, region=region) for name in names}
    return {name: identity for name, identity in found.items() if identity}


def read_covering(account: Host, address: str, region: str) -> dict[str, Identity]:
    """All identities that an address falls under."""
    return read_whole(account, covering(address), region)


def _read_glances(account: Host, statuses: Mapping[str, str], region: str) -> dict[str, Identity]:
    glances = {}
    names = tuple(statuses)
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        dkim = read(account, DkimAttributes, identities=batch, region=region)
        mail_from = read(account, MailFromAttributes, identities=batch, region=region)
        for name in batch:
            if name in dkim and name in mail_from:
                glances[name] = glance(statuses[name], dkim[name], mail_from[name])
    return glances
