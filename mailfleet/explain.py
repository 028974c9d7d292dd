"""What SES makes of mail from one address, on one screen."""

from rich.markup import escape
from rich.table import Table

from mailfleet.policy import Mail, Provider, Ses
from mailfleet.ses.effective import Effective


def route_of(mail: Mail, address: str) -> Provider:
    """The provider that takes the address's mail: its own route before its domain's."""
    routes = dict(mail.sender_routes)
    domain = address.rpartition("@")[2]
    return routes.get(address) or routes.get(f"@{domain}") or mail.default_provider


def of(address: str, provider: Provider, found: Effective | None) -> Table:
    """A table of the identity that wins, and what it decides."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("From", escape(address), f"leaves by {provider.name}")
    if not isinstance(provider, Ses):
        table.add_row("SES", "has no say in it", "")
    elif found is None:
        table.add_row("identity", "none", "SES refuses it: 554 Email address is not verified")
    else:
        _add_effective(table, found, provider.region)
    return table


def _add_effective(table: Table, found: Effective, region: str) -> None:
    identity = found.identity
    over = f"overrides {', '.join(found.overridden)}" if found.overridden else ""
    table.add_row("identity", f"{region}/{escape(found.name)}", over)
    table.add_row("", identity.status, escape(f"({identity.error})") if identity.error else "")
    if found.signed_by:
        table.add_row("DKIM", f"signed as {found.signed_by}", "")
    else:
        why = "signing is off" if not identity.signing else f"DKIM is {identity.dkim_status}"
        table.add_row("DKIM", "signed as amazonses.com alone", why)
    table.add_row("MAIL FROM", found.mail_from, _mail_from_status(found))
    set_name = identity.settings.configuration_set
    table.add_row("configuration set", set_name or "none", "")


def _mail_from_status(found: Effective) -> str:
    mail_from = found.identity.settings.mail_from
    if mail_from is None:
        return "no MAIL FROM domain of its own"
    return f"{mail_from.domain} is {found.identity.mail_from_status}, {mail_from.on_mx_failure}"
