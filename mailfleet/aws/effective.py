"""Which identity SES goes by for a From address.

The most specific one that exists: the address's own before its domain's, a subdomain's before
its parent's. It decides over signing, MAIL FROM domain, configuration set and notification topics,
and nothing is inherited from the others but the keys that an address identity is signed with
("Creating and verifying identities" and "Managing DKIM", Amazon SES Developer Guide).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import Settings
from mailfleet.aws.notifications import Notifications

DEFAULT_MAIL_FROM = "amazonses.com"


@dataclass(frozen=True)
class Effective:
    """`name` is the identity that wins and `overridden` those that it wins over; `signed_by` is
    the domain of the DKIM signature, None when SES signs as amazonses.com alone;
    `notifications` are None when SES told none."""

    name: str
    identity: Identity
    overridden: tuple[str, ...]
    signed_by: str | None
    notifications: Notifications | None = None

    @property
    def mail_from(self) -> str:
        mail_from = self.identity.settings.mail_from
        working = mail_from and self.identity.mail_from_status == "SUCCESS"
        return mail_from.domain if mail_from and working else DEFAULT_MAIL_FROM


def covering(address: str) -> tuple[str, ...]:
    """The identities that an address may fall under, the most specific first."""
    local, _, domain = address.rpartition("@")
    labels = domain.lower().split(".")
    parents = (".".join(labels[n:]) for n in range(len(labels) - 1))
    return (f"{local}@{domain.lower()}", *parents)


def effective(address: str, identities: Mapping[str, Identity]) -> Effective | None:
    """What counts for mail from the address; None when SES refuses it for lack of an identity."""
    found = [name for name in covering(address) if name in identities]
    if not found:
        return None
    domains = [name for name in found if "@" not in name]
    signer = domains[0] if domains else None
    signing = identities[found[0]].signing and signer and identities[signer]
    signed = signing and signing.signing and signing.dkim_status == "SUCCESS"
    return Effective(
        name=found[0],
        identity=identities[found[0]],
        overridden=tuple(found[1:]),
        signed_by=signer if signed else None,
    )


def addresses_under(domains: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The address identities among `names` that override one of these domains."""
    known = set(domains)
    return tuple(name for name in sorted(names) if "@" in name and known & set(covering(name)[1:]))


def shadowed(addresses: Iterable[str], domains: Collection[str]) -> dict[str, str]:
    """The domain that each of these address identities overrides, of those that do."""
    found = {
        address: next((name for name in covering(address) if name in domains), None)
        for address in addresses
    }
    return {address: domain for address, domain in found.items() if domain}


def shadow_notes(
    region: str,
    desired: Mapping[str, Settings],
    addresses: Mapping[str, Identity],
    notifications: Mapping[str, Notifications],
) -> Iterator[str]:
    """A sentence for each address identity that overrides a domain of the policy with something
    else than the policy wants for the domain, or tells others of its bounces than the domain
    does. Such mail lands in spam, or bounces, without anybody knowing."""
    for address, domain in shadowed(addresses, desired).items():
        differences = list(_differences(addresses[address], desired[domain]))
        if address in notifications and domain in notifications:
            differences += notifications[address].differences(notifications[domain])
        differing = ", ".join(differences)
        if differing:
            yield (
                f"{address} is an SES identity of its own in {region} and overrides {domain}: its "
                f"mail has {differing}; delete that identity if nothing needs it, or see "
                f"`mailfleet explain {address}`"
            )


def _differences(identity: Identity, desired: Settings) -> Iterator[str]:
    found = identity.settings
    if not identity.signing:
        yield "no DKIM signature of the domain"
    mail_from, expected = _mail_from(found), _mail_from(desired)
    if mail_from != expected:
        yield f"MAIL FROM {mail_from}, not {expected}"
    seen = identity.complete and desired.configuration_set
    if seen and found.configuration_set != desired.configuration_set:
        other = found.configuration_set or "none"
        yield f"configuration set {other}, not {desired.configuration_set}"


def _mail_from(settings: Settings) -> str:
    return settings.mail_from.domain if settings.mail_from else DEFAULT_MAIL_FROM
