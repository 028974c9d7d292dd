"""What the entries of a policy have to be to each other. What each is, it checks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailfleet.policy.dkim import Byodkim, EasyDkim
from mailfleet.policy.domain import Address, Domain
from mailfleet.policy.errors import PolicyError, require_unique
from mailfleet.policy.providers import Ses, Smtp
from mailfleet.policy.route import VERIFIED, Route

if TYPE_CHECKING:
    from mailfleet.policy.mail import Mail


def check_entries(mail: Mail) -> None:
    """Raises PolicyError."""
    require_unique("Mail.providers", [provider.name for provider in mail.providers])
    require_unique("Mail.addresses", [address.name for address in mail.addresses])
    require_unique("Mail.providers: Ses regions", [ses.region for ses in mail.ses])
    _check_routes(mail)
    _check_alerts(mail)
    _check_dkim(mail)
    _check_mail_from(mail)
    _check_delegates(mail)


def _check_mail_from(mail: Mail) -> None:
    """ "Using a custom MAIL FROM domain": one that no mail is sent from."""
    names = [d.mail_from_in(ses.region) for ses in mail.ses for d in mail.domains_by(ses)]
    used = [name for name in names if name]
    require_unique("Mail.domains: mail_from", used)
    for domain in mail.domains:
        if domain.name in used:
            raise PolicyError(
                f"Mail.domains: found {domain.name!r} as a domain and as a mail_from, expected "
                "a mail_from that no mail is sent from"
            )


def _check_delegates(mail: Mail) -> None:
    entries: tuple[Domain | Address, ...] = (*mail.domains, *mail.addresses)
    for entry in entries:
        if entry.delegates and not mail.ses_of(entry.name):
            raise PolicyError(
                f"Mail: found delegates of {entry.name!r}, which does not use SES, "
                "expected none: they send as its SES identity, and it has none"
            )


def _check_routes(mail: Mail) -> None:
    for position, route in enumerate(mail.routes):
        where = f"Mail.routes[{position}]"
        for name in route.weights:
            mail.named_provider(name, f"{where}.via")
        for name in route.fallbacks:
            mail.named_provider(name, f"{where}.fallback")
        require_unique(f"Mail.routes[{position}]: fallback", route.fallbacks)
        _check_fallback(mail, route, where)
    require_unique(
        "Mail.routes: senders", [s for route in mail.routes for s in route.named_senders]
    )
    for senders, called in (((), "without senders"), (VERIFIED, 'with senders="verified"')):
        if sum(route.senders == senders for route in mail.routes) > 1:
            raise PolicyError(f"Mail.routes: found several routes {called}, expected one")

    if mail.relay.rewrite_from and mail.route_of_others:
        raise PolicyError(
            'Mail.routes: found senders="verified", which lets anyone send, and '
            "Relay(rewrite_from=True), expected one of them"
        )


def _check_fallback(mail: Mail, route: Route, where: str) -> None:
    if route.fallbacks and not any(route.next_after(name) for name in route.weights):
        raise PolicyError(
            f"{where}.fallback: found {route.fallbacks[0]!r}, which is also its via, expected "
            "another provider"
        )
    for chain in ([name, *route.next_after(name)] for name in route.weights):
        for name in chain[:-1]:
            if mail.provider(name).wrapper:
                raise PolicyError(
                    f"{where}.fallback: found {chain[-1]!r} after {name!r}, which speaks TLS "
                    "from the first byte: Postfix can't go on from there, expected its "
                    "STARTTLS port"
                )
    if route.senders == VERIFIED and not any(
        isinstance(mail.provider(name), Ses) for name in route.weights
    ):
        raise PolicyError(
            f'{where}.senders: found "verified" via {route.providers[0]!r}, expected a via '
            "that is an Ses provider: only SES verifies senders"
        )


def _check_alerts(mail: Mail) -> None:
    for position, alert in enumerate(mail.alerts):
        where = f"Mail.alerts[{position}].via"
        provider = mail.named_provider(alert.via, where)
        if provider.name in mail.default_route.weights or not isinstance(provider, Smtp):
            raise PolicyError(
                f"{where}: found {alert.via!r}, expected an Smtp provider that everyday mail "
                "does not use: an alert about a broken provider must not depend on it"
            )


def _check_dkim(mail: Mail) -> None:
    for domain in mail.domains:
        providers = [p for p in mail.providers_of(domain) if isinstance(p, Smtp)]
        keys = {key for provider in providers for key in provider.dkim.items()}
        own = [f"{domain.dkim.selector}._domainkey"] if isinstance(domain.dkim, Byodkim) else []
        require_unique(
            f"Mail.providers: for {domain.name}, dkim", [*(name for name, _ in keys), *own]
        )
        parent = domain.dkim.parent if isinstance(domain.dkim, EasyDkim) else None
        regions = [ses.region for ses in mail.ses_of(domain.name)]
        if parent and parent not in regions:
            raise PolicyError(
                f"Domain {domain.name!r}, dkim: found the parent {parent}, expected a region "
                f"that its mail leaves from: {', '.join(regions) or 'there is none'}"
            )
