"""A domain that mail is sent from, and what SES and DNS shall say of it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from mailfleet.policy.delegate import Delegates, check_delegates
from mailfleet.policy.dkim import Dkim, EasyDkim
from mailfleet.policy.dmarc import Dmarc
from mailfleet.policy.schema import AsTuple, policy_class
from mailfleet.policy.types import (
    AccountNameOrEmpty,
    ConfigurationSetName,
    DomainName,
    DomainNameOrEmpty,
    FromPattern,
    HostedZoneId,
    MailAddress,
)

OnMxFailure = Literal["USE_DEFAULT_VALUE", "REJECT_MESSAGE"]


@policy_class
class Domain:
    """A domain that mail is sent from."""

    name: DomainName
    """the domain"""
    zone: DomainNameOrEmpty = ""
    """the hosted zone that its records are in; by default the zone of the same name"""
    zone_id: HostedZoneId | None = None
    """which zone, where the account has several public ones of that name"""
    zone_account: AccountNameOrEmpty = ""
    """the inventory's account that has the zone, such as `@aws/dns`; by default the account that
    sends"""
    dmarc: Dmarc | None = Dmarc()
    """its DMARC record, see [What domains publish](#what-domains-publish); `None` leaves it
    alone"""
    mail_from: DomainNameOrEmpty | None = ""
    """the subdomain that SES uses as envelope sender, so that SPF is aligned; by default
    `ses-<region>.` the name; `None` leaves it to amazonses.com"""
    on_mx_failure: OnMxFailure = "USE_DEFAULT_VALUE"
    """what SES does when it does not find the MX of `mail_from`: send as amazonses.com, or
    `REJECT_MESSAGE`"""
    dkim: Dkim = EasyDkim()
    """the keys that SES signs with, see [DKIM keys](#dkim-keys)"""
    configuration_set: ConfigurationSetName | None = None
    """the identity's default configuration set, created when it is missing; by default that of
    `Ses`"""
    adopt: bool = False
    """take over an existing SES identity and record sets that mailfleet does not own"""
    delegates: Delegates | None = None
    """who else may send as the domain through SES, see [Delegate senders](#delegate-senders);
    `[]` allows no one; by default they are read only by a deep plan"""
    senders: Annotated[Sequence[FromPattern], AsTuple] = ()
    """the From addresses that may be used, with `*` before the @ for anything; mail from the
    domain's other addresses leaves as `noreply@` it; by default all may be used"""
    absent: bool = False
    """no mail is sent from it any more: [what mailfleet created for it is
    removed](#removing-things)"""

    def __post_init__(self) -> None:
        if not self.zone:
            object.__setattr__(self, "zone", self.name)
        if self.name != self.zone and not self.name.endswith(f".{self.zone}"):
            raise ValueError(f"{self.name} is not in its zone {self.zone}")
        if self.mail_from and not self.mail_from.endswith(f".{self.name}"):
            raise ValueError(
                f"mail_from: found {self.mail_from!r}, expected a subdomain of {self.name} such as "
                f"ses.{self.name}, or None"
            )
        check_delegates(self.name, self.delegates or ())
        for sender in self.senders:
            if sender.rpartition("@")[2] != self.name:
                raise ValueError(f"senders: found {sender!r}, expected addresses of {self.name}")

    def mail_from_in(self, region: str) -> str | None:
        """The MAIL FROM domain there. It has exactly one MX, so each region has its own."""
        return f"ses-{region}.{self.name}" if self.mail_from == "" else self.mail_from


@policy_class
class Address:
    """An address with an SES identity of its own, which overrides its domain's. SES mails a link
    to it, on which its owner has to click."""

    name: MailAddress
    """the address"""
    configuration_set: ConfigurationSetName | None = None
    """as for `Domain`; by default that of its domain, if the policy has the domain"""
    adopt: bool = False
    """as for `Domain`"""
    delegates: Delegates | None = None
    """as for `Domain`; never its domain's"""

    def __post_init__(self) -> None:
        check_delegates(self.name, self.delegates or ())
