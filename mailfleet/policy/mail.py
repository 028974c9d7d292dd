"""The mail policy: which domains send, through which providers, and who hears of trouble."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mailfleet.policy.dmarc import Dmarc
from mailfleet.policy.domain import Address, Domain
from mailfleet.policy.errors import PolicyError, once
from mailfleet.policy.names import (
    CalendarEvent,
    MailAddress,
    SenderPattern,
    ShortName,
)
from mailfleet.policy.providers import Provider, Ses, Smtp
from mailfleet.policy.words import Listed, word

Seconds = Annotated[int, Field(ge=1, le=86400)]


@word
class Route:
    """Mail of these senders leaves by the provider named `via`; without senders, all the rest."""

    via: ShortName
    senders: Annotated[Sequence[SenderPattern], Listed] = ()


@word
class EmailAlert:
    """Alerts go to this address, by a provider that the mail they are about does not use."""

    to: MailAddress
    via: ShortName


@word
class Relay:
    """How every relay host behaves.

    `soft_bounce`: mail that a provider refuses is kept and retried, not bounced.
    `check_logs`: how often the logs are read for trouble, a systemd calendar event.
    `adopt`: replace a Postfix configuration that is on a host already and is not ours.
    `rewrite_foreign`: mail from addresses that are nowhere in the policy leaves as noreply@ its
    first domain, and answers go to those addresses.
    """

    soft_bounce: bool = True
    check_logs: CalendarEvent = "hourly"
    adopt: bool = False
    rewrite_foreign: bool = False


@word
class Gate:
    """How long a deploy waits, in seconds, before it leaves the relays as they are."""

    verified_within: Seconds = 600
    authenticated_within: Seconds = 120


@word
class Mail:
    """The whole policy of a fleet. `fleet` prefixes the names of what we make at AWS."""

    domains: Annotated[Sequence[Domain], Field(min_length=1), Listed]
    providers: Annotated[Sequence[Provider], Field(min_length=1), Listed]
    addresses: Annotated[Sequence[Address], Listed] = ()
    routes: Annotated[Sequence[Route], Listed] = ()
    alerts: Annotated[Sequence[EmailAlert], Listed] = ()
    admin: MailAddress = ""
    relay: Relay = Relay()
    gate: Gate = Gate()
    fleet: ShortName = "mailfleet"

    def __post_init__(self) -> None:
        if not self.admin:
            # RFC 2142 section 5: every domain that sends mail has a postmaster.
            object.__setattr__(self, "admin", f"postmaster@{self.myorigin}")
        _once("domains", [domain.name for domain in self.domains])
        _once("providers", [provider.name for provider in self.providers])
        _once("addresses", [address.name for address in self.addresses])
        _once("providers: Ses regions", [ses.region for ses in self.ses])
        self._check_routes()
        self._check_alerts()
        self._check_dkim()
        self._check_mail_from()
        self._check_delegates()

    def _check_mail_from(self) -> None:
        """ "Using a custom MAIL FROM domain": one that no mail is sent from."""
        names = [d.mail_from_in(ses.region) for ses in self.ses for d in self.domains_by(ses)]
        used = [name for name in names if name]
        _once("domains: mail_from", used)
        for domain in self.domains:
            if domain.name in used:
                raise PolicyError(
                    f"Mail.domains: found {domain.name!r} as a domain and as a mail_from, expected "
                    "a mail_from that no mail is sent from"
                )

    def _check_delegates(self) -> None:
        entries: tuple[Domain | Address, ...] = (*self.domains, *self.addresses)
        for entry in entries:
            if entry.delegates and not self.ses_of(entry.name):
                raise PolicyError(
                    f"Mail: found delegates of {entry.name!r}, which does not send by SES, "
                    "expected none: they send as its SES identity, and it has none"
                )

    def _check_routes(self) -> None:
        for position, route in enumerate(self.routes):
            self._provider(route.via, f"Mail.routes[{position}].via")
        _once("routes: senders", [sender for route in self.routes for sender in route.senders])
        if sum(not route.senders for route in self.routes) > 1:
            raise PolicyError("Mail.routes: found several routes without senders, expected one")

    def _check_alerts(self) -> None:
        for position, alert in enumerate(self.alerts):
            where = f"Mail.alerts[{position}].via"
            provider = self._provider(alert.via, where)
            if provider == self.default_provider or not isinstance(provider, Smtp):
                raise PolicyError(
                    f"{where}: found {alert.via!r}, expected an Smtp provider that everyday mail "
                    "does not leave by: an alert about a broken provider must not depend on it"
                )

    def _check_dkim(self) -> None:
        for domain in self.domains:
            providers = [p for p in self.providers_of(domain) if isinstance(p, Smtp)]
            keys = {key for provider in providers for key in provider.dkim.items()}
            _once(f"providers: for {domain.name}, dkim", [name for name, _ in keys])

    def _provider(self, name: str, where: str) -> Provider:
        for provider in self.providers:
            if provider.name == name:
                return provider
        known = ", ".join(provider.name for provider in self.providers)
        raise PolicyError(f"{where}: found {name!r}, expected one of the providers: {known}")

    @property
    def myorigin(self) -> str:
        """The domain that unqualified addresses get, on every host."""
        return self.domains[0].name

    @property
    def noreply(self) -> str:
        """The sender of mail whose own sender must not leave the host."""
        return f"noreply@{self.myorigin}"

    @property
    def ses(self) -> tuple[Ses, ...]:
        return tuple(provider for provider in self.providers if isinstance(provider, Ses))

    @property
    def smtp(self) -> tuple[Smtp, ...]:
        return tuple(provider for provider in self.providers if isinstance(provider, Smtp))

    def provider(self, name: str) -> Provider:
        """The provider of that name; PolicyError when there is none."""
        return self._provider(name, "provider")

    @property
    def default_provider(self) -> Provider:
        """Where mail goes that no route with senders takes."""
        for route in self.routes:
            if not route.senders:
                return self.provider(route.via)
        return self.providers[0]

    @property
    def sender_routes(self) -> tuple[tuple[str, Provider], ...]:
        """(sender or @domain, provider), in the policy's order."""
        return tuple(
            (sender, self.provider(route.via)) for route in self.routes for sender in route.senders
        )

    @property
    def used_providers(self) -> tuple[Provider, ...]:
        """The providers that relays hand everyday mail to."""
        names = {self.default_provider.name} | {via.name for _, via in self.sender_routes}
        return tuple(provider for provider in self.providers if provider.name in names)

    def providers_of(self, domain: Domain) -> tuple[Provider, ...]:
        """The providers that mail from the domain may leave by, in the policy's order.

        The default one, unless a route takes the whole domain; those of its addresses' routes;
        those of alerts, which come from the first domain.
        """
        names = {self._provider_of_all(domain.name).name}
        names |= {via.name for s, via in self.sender_routes if s.endswith(f"@{domain.name}")}
        if domain.name == self.myorigin:
            names |= {alert.via for alert in self.alerts}
        return tuple(provider for provider in self.providers if provider.name in names)

    def _provider_of_all(self, domain: str) -> Provider:
        """Where mail of that domain goes that no route of an address takes."""
        return dict(self.sender_routes).get(f"@{domain}", self.default_provider)

    def ses_of(self, name: str) -> tuple[Ses, ...]:
        """The SES entries that mail of a domain or an address may leave by: its identity has to
        be there."""
        domain = self.domain_of(name)
        if domain and domain.name == name:
            providers = self.providers_of(domain)
        else:
            whole = self._provider_of_all(name.rpartition("@")[2])
            providers = (dict(self.sender_routes).get(name, whole),)
        return tuple(provider for provider in providers if isinstance(provider, Ses))

    def domains_by(self, ses: Ses) -> tuple[Domain, ...]:
        """The From domains of which mail may leave by that SES entry."""
        return tuple(domain for domain in self.domains if ses in self.ses_of(domain.name))

    def domain_of(self, name: str) -> Domain | None:
        """The policy's domain that a domain or an address is of; None when it has none."""
        name = name.rpartition("@")[2]
        return next((domain for domain in self.domains if domain.name == name), None)

    def dmarc_of(self, domain: Domain) -> Dmarc | None:
        """What to publish of it. Below a domain of ours that publishes, the default is nothing:
        receivers then go by that one (RFC 7489 section 6.6.3)."""
        above = (d for d in self.domains if domain.name.endswith(f".{d.name}"))
        if domain.dmarc == Dmarc() and any(d.dmarc is not None for d in above):
            return None
        return domain.dmarc


def _once(what: str, names: Sequence[str]) -> None:
    once(f"Mail.{what}", names)
