"""What SES makes of mail from one address, a line a fact."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from mailfleet.aws.effective import Effective
from mailfleet.aws.identities import read_effective
from mailfleet.aws.inventory_accounts import account_of
from mailfleet.aws.notifications import TOPICS, Notifications
from mailfleet.aws.policy_document import EVERYBODY, grants
from mailfleet.aws.regions import check_regions
from mailfleet.commands.fleet import group_data, inventory, load_fleet, one_sentence
from mailfleet.dns.resolver import LiveDns
from mailfleet.policy import Mail, Route, Ses
from mailfleet.policy.types import mail_address
from mailfleet.run.loading import fleet_policy
from mailfleet.run.resolver import resolver_of


def _address(context: click.Context, parameter: click.Parameter, value: str) -> str:
    try:
        return mail_address(value)
    except ValueError as mistake:
        raise click.BadParameter(str(mistake)) from None


@click.command()
@click.argument("address", callback=_address)
@inventory
@group_data
def explain(address: str, inventory: Path, group_data: tuple[str, ...]) -> None:
    """Say which SES identity counts for mail from ADDRESS, and what that means for it."""
    with one_sentence():
        hosts = load_fleet(inventory, group_data)
        mail = fleet_policy(hosts)
        account = account_of(hosts, mail)
        ses = ses_of(mail, address)
        found = None
        if ses:
            check_regions(mail, LiveDns(resolver_of(account)))
            account.connect(raise_exceptions=True)
            found = read_effective(account, address, ses.region)
    click.echo(explanation(mail, address, ses, found))


def ses_of(mail: Mail, address: str) -> Ses | None:
    """The SES entry whose identities count for the address's mail: of several the first. Also of
    mail that relays refuse, for what SES would make of it."""
    route = mail.route_of(address)
    providers = [mail.provider(name) for name in route.providers] if route else mail.ses
    return next((provider for provider in providers if isinstance(provider, Ses)), None)


def explanation(mail: Mail, address: str, ses: Ses | None, found: Effective | None) -> str:
    """By whom the address's mail leaves, and which identity wins for it and what it decides."""
    lines = [("From", f"{address}, {leaves_by(mail.route_of(address))}"), *_facts(ses, found)]
    return "\n".join(f"{name:19}{value}" for name, value in lines)


def leaves_by(route: Route | None) -> str:
    """A route in words."""
    if route is None:
        return "may not send: it is not of the policy's domains"
    weights = route.weights
    shares = [
        f"{name} ({weight})" if len(weights) > 1 else name for name, weight in weights.items()
    ]
    after = f", else through {', '.join(route.fallbacks)}" if route.fallbacks else ""
    return f"sent through {' and '.join(shares)}{after}"


def _facts(ses: Ses | None, found: Effective | None) -> Iterator[tuple[str, str]]:
    if ses is None:
        yield "identity", "SES has no say in it"
    elif found is None:
        yield "identity", "none: SES refuses it (554 Email address is not verified)"
    else:
        over = f", overrides {', '.join(found.overridden)}" if found.overridden else ""
        yield "identity", f"{ses.region}/{found.name}, {found.identity.status}{over}"
        yield "DKIM", _dkim(found)
        yield "MAIL FROM", _mail_from(found)
        yield "configuration set", found.identity.settings.configuration_set or "none"
        yield from _notifications(found.notifications)
        yield from _senders(found.identity.policies)


def _notifications(found: Notifications | None) -> Iterator[tuple[str, str]]:
    if found is None:
        yield "notifications", "SES does not report them"
        return
    for kind in TOPICS:
        yield f"{kind} topic", getattr(found, kind) or "none"
    by_mail = "on: bounces and complaints go to the sender" if found.forwarding else "off"
    yield "feedback by mail", by_mail


def _senders(policies: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A line for each that an identity's policies let send as it."""
    lines = [
        f"{'everyone at AWS' if who == EVERYBODY else who}{only}, by the policy {name}"
        for name, text in policies.items()
        for grant in grants(text)
        for only in [f", if {grant.conditions}" if grant.conditions else ""]
        for who in grant.principals
    ]
    for line in lines or ["no one else"]:
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
