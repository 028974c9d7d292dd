"""The mail policy: which domains send, through which providers, and who hears of trouble."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mailfleet.policy.dmarc import Dmarc
from mailfleet.policy.domain import Address, Domain
from mailfleet.policy.errors import PolicyError, require_unique
from mailfleet.policy.providers import Provider, Ses, Smtp
from mailfleet.policy.relay import Relay
from mailfleet.policy.route import VERIFIED, Route
from mailfleet.policy.schema import AsTuple, policy_class
from mailfleet.policy.types import (
    AccountName,
    MailAddress,
    MailAddressOrEmpty,
    ShortName,
)
from mailfleet.policy.validation import check_entries

Seconds = Annotated[int, Field(ge=1, le=86400)]


@policy_class
class EmailAlert:
    """Where alerts go: to this address, through a provider that the mail they are about does not
    use."""

    to: MailAddress
    """the recipient"""
    via: ShortName
    """an `Smtp` provider that the default route does not use first; it may be its fallback"""


@policy_class
class Gate:
    """How long a deploy waits, in seconds, before it fails and leaves the relays as they are."""

    published_within: Seconds = 180
    """for Route 53's name servers to answer with a change ("Changes generally propagate [...]
    within 60 seconds", ChangeResourceRecordSets)"""
    verified_within: Seconds = 600
    """for SES to verify the domains"""
    authenticated_within: Seconds = 120
    """for SES to accept a new SMTP credential"""


@policy_class
class Mail:
    """The policy of a fleet."""

    domains: Annotated[Sequence[Domain], Field(min_length=1), AsTuple]
    """the domains that mail is sent from; unqualified addresses get the first"""
    providers: Annotated[Sequence[Provider], Field(min_length=1), AsTuple]
    """the services that relays hand mail to; several `Ses` are [several
    regions](#several-regions)"""
    addresses: Annotated[Sequence[Address], AsTuple] = ()
    """addresses with an [SES identity of their own](#identities-of-single-addresses)"""
    routes: Annotated[Sequence[Route], AsTuple] = ()
    """which senders' mail uses which provider; without routes, all mail uses the first provider"""
    alerts: Annotated[Sequence[EmailAlert], AsTuple] = ()
    """who is alerted to problems; without alerts, the plan warns"""
    admin: MailAddressOrEmpty = ""
    """who gets mail to root and postmaster of every host, such as cron's; by default
    `postmaster@` the first domain"""
    relay: Relay = Relay()
    """how relay hosts behave; a `relay` in a group's group_data replaces it for that group's
    hosts"""
    gate: Gate = Gate()
    """how long a deploy waits for AWS"""
    fleet: ShortName = "mailfleet"
    """prefix of the names of what is created at AWS"""
    account: AccountName | None = None
    """which of the inventory's accounts sends, where several have this policy; by default the
    only one"""
    absent: Annotated[Sequence[Domain], AsTuple] = ()
    """the domains with `absent=True`: list them in `domains`, from where they are moved here"""

    def __post_init__(self) -> None:
        self._split_domains()
        if not self.admin:
            # RFC 2142 section 5: every domain that sends mail has a postmaster.
            object.__setattr__(self, "admin", f"postmaster@{self.myorigin}")
        check_entries(self)

    def _split_domains(self) -> None:
        """An absent domain may stand in `absent` already: dataclasses.replace() passes it so."""
        every = (*self.domains, *self.absent)
        require_unique("Mail.domains", [domain.name for domain in every])
        if self.domains[0].absent:
            raise PolicyError(
                f"Mail.domains[0]: found {self.myorigin!r} absent, expected a domain that mail is "
                "sent from: unqualified addresses get it"
            )
        for domain in self.absent:
            if not domain.absent:
                raise PolicyError(
                    f"Mail.absent: found {domain.name!r} without absent=True, expected "
                    f"Domain({domain.name!r}, absent=True)"
                )
        object.__setattr__(self, "domains", tuple(d for d in every if not d.absent))
        object.__setattr__(self, "absent", tuple(d for d in every if d.absent))
        self._check_routes_of_absent()

    def _check_routes_of_absent(self) -> None:
        names = {domain.name for domain in self.absent}
        for position, route in enumerate(self.routes):
            for sender in route.named_senders:
                if sender.rpartition("@")[2] in names:
                    raise PolicyError(
                        f"Mail.routes[{position}].senders: found {sender!r} of an absent domain, "
                        "expected one that mail is sent from: take it out of the routes first"
                    )

    def named_provider(self, name: str, where: str) -> Provider:
        """The provider that the entry `where` names; PolicyError when there is none."""
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
        return self.named_provider(name, "provider")

    @property
    def default_route(self) -> Route:
        """Where mail of the policy's senders goes that no other route takes."""
        whole = [*(r for r in self.routes if r.senders == VERIFIED), *self._rest]
        return whole[0] if whole else Route(via=self.providers[0].name)

    @property
    def _rest(self) -> tuple[Route, ...]:
        return tuple(route for route in self.routes if not route.senders)

    @property
    def route_of_others(self) -> Route | None:
        """Where mail of senders goes that are not the policy's; None when they may not send."""
        verified = any(route.senders == VERIFIED for route in self.routes)
        return next(iter(self._rest), None) if verified else None

    @property
    def sender_routes(self) -> tuple[tuple[str, Route], ...]:
        """(sender or @domain, route) of those that routes name, in the policy's order."""
        return tuple((sender, route) for route in self.routes for sender in route.named_senders)

    def route_of(self, sender: str) -> Route | None:
        """The route of an address or an @domain: its own before its domain's. None when it may
        not send."""
        routes = dict(self.sender_routes)
        whole = sender[sender.rindex("@") :]
        if route := routes.get(sender) or routes.get(whole):
            return route
        ours = any(sender == address.name for address in self.addresses)
        return self.default_route if ours or self.domain_of(sender) else self.route_of_others

    @property
    def used_providers(self) -> tuple[Provider, ...]:
        """The providers that relays hand everyday mail to, be it as a fall-back."""
        others = (self.route_of_others,) if self.route_of_others else ()
        routes = (self.default_route, *others, *(route for _, route in self.sender_routes))
        names = {name for route in routes for name in route.providers}
        return tuple(provider for provider in self.providers if provider.name in names)

    def providers_of(self, domain: Domain) -> tuple[Provider, ...]:
        """The providers that mail from the domain may leave by, in the policy's order.

        Those of the default route, unless another takes the whole domain; those of its addresses'
        routes; those of alerts, which come from the first domain.
        """
        routes = [self._route_of_all(domain.name)]
        routes += [route for s, route in self.sender_routes if s.endswith(f"@{domain.name}")]
        names = {name for route in routes for name in route.providers}
        if domain.name == self.myorigin:
            names |= {alert.via for alert in self.alerts}
        return tuple(provider for provider in self.providers if provider.name in names)

    def _route_of_all(self, domain: str) -> Route:
        """Where mail of that domain goes that no route of an address takes."""
        return dict(self.sender_routes).get(f"@{domain}", self.default_route)

    def ses_of(self, name: str) -> tuple[Ses, ...]:
        """The SES entries that mail of a domain or an address may leave by: its identity has to
        be there."""
        domain = self.domain_of(name)
        if domain and domain.name == name:
            names = [provider.name for provider in self.providers_of(domain)]
        else:
            whole = self._route_of_all(name.rpartition("@")[2])
            names = list(dict(self.sender_routes).get(name, whole).providers)
        return tuple(ses for ses in self.ses if ses.name in names)

    def may_take_over(self, provider: Provider, sender: str) -> bool:
        """Whether receivers know that provider as one that sends for an address or an @domain.

        SES signs for each identity; another provider has to be in the domain's SPF record or to
        have its keys there, and only domains of the policy have what the policy says.
        """
        if isinstance(provider, Ses):
            return provider in self.ses_of(sender.removeprefix("@"))
        return bool(provider.spf or provider.dkim) and self.domain_of(sender) is not None

    def domains_by(self, ses: Ses) -> tuple[Domain, ...]:
        """The From domains of which mail may leave by that SES entry."""
        return tuple(domain for domain in self.domains if ses in self.ses_of(domain.name))

    def senders_by(self, ses: Ses) -> list[str]:
        """The domains and addresses whose mail leaves by that SES entry, in the policy's order; all
        domains while none does, so that its credential can be tried out."""
        names = [domain.name for domain in self.domains_by(ses)]
        names += [address.name for address in self.addresses if ses in self.ses_of(address.name)]
        for sender, route in self.sender_routes:
            names += [sender.removeprefix("@")] if ses.name in route.providers else []
        return list(dict.fromkeys(names)) or [domain.name for domain in self.domains]

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
