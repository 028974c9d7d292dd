"""What SES makes of mail from one address, a line a fact."""

from collections.abc import Iterator, Mapping

from mailfleet.policy import Mail, Provider, Ses
from mailfleet.ses.effective import Effective
from mailfleet.ses.identity_policy import EVERYBODY, grants
from mailfleet.ses.notifications import TOPICS, Notifications


def route_of(mail: Mail, address: str) -> Provider:
    """The provider that takes the address's mail: its own route before its domain's."""
    routes = dict(mail.sender_routes)
    domain = address.rpartition("@")[2]
    return routes.get(address) or routes.get(f"@{domain}") or mail.default_provider


def of(address: str, provider: Provider, found: Effective | None) -> str:
    """The identity that wins for the address, and what it decides, for people."""
    return "\n".join(f"{name:19}{value}" for name, value in _facts(address, provider, found))


def _facts(address: str, provider: Provider, found: Effective | None) -> Iterator[tuple[str, str]]:
    yield "From", f"{address}, leaves by {provider.name}"
    if not isinstance(provider, Ses):
        yield "identity", "SES has no say in it"
    elif found is None:
        yield "identity", "none: SES refuses it (554 Email address is not verified)"
    else:
        over = f", overrides {', '.join(found.overridden)}" if found.overridden else ""
        yield "identity", f"{provider.region}/{found.name}, {found.identity.status}{over}"
        yield "DKIM", _dkim(found)
        yield "MAIL FROM", _mail_from(found)
        yield "configuration set", found.identity.settings.configuration_set or "none"
        yield from _notifications(found.notifications)
        yield from _senders(found.identity.policies)


def _notifications(found: Notifications | None) -> Iterator[tuple[str, str]]:
    if found is None:
        yield "notifications", "SES does not tell"
        return
    for kind in TOPICS:
        yield f"{kind} topic", getattr(found, kind) or "none"
    by_mail = "on: bounces and complaints go to the sender" if found.forwarding else "off"
    yield "feedback by mail", by_mail


def _senders(policies: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A line for each that an identity's policies let send as it."""
    lines = [
        f"{'everybody at AWS' if who == EVERYBODY else who}{only}, by the policy {name}"
        for name, text in policies.items()
        for grant in grants(text)
        for only in [f", if {grant.conditions}" if grant.conditions else ""]
        for who in grant.principals
    ]
    for line in lines or ["nobody else"]:
        yield "may send as it", line


def _dkim(found: Effective) -> str:
    if found.signed_by:
        return f"signed as {found.signed_by}"
    why = f"DKIM is {found.identity.dkim_status}" if found.identity.signing else "signing is off"
    return f"signed as amazonses.com alone: {why}"


def _mail_from(found: Effective) -> str:
    mail_from = found.identity.settings.mail_from
    if mail_from is None:
        return f"{found.mail_from}: the identity has no MAIL FROM domain"
    status = found.identity.mail_from_status
    if status == "SUCCESS":
        return mail_from.domain
    if mail_from.strict:
        return f"none, SES refuses the mail: {mail_from.domain} is {status}"
    return f"{found.mail_from}: {mail_from.domain} is {status}"
