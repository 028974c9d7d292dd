"""A domain that mail is sent from, and what SES and DNS shall say of it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from mailfleet.policy.delegate import Delegates, check_delegates
from mailfleet.policy.dkim import Dkim, EasyDkim
from mailfleet.policy.dmarc import Dmarc
from mailfleet.policy.schema import Listed, word
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


@word
class Domain:
    """A domain that mail is sent from.

    `zone`: its hosted zone's name, by default its own; `zone_id`: which one, where several have
    that name; `zone_account`: the account of the inventory that has it, if another one.
    `dmarc`: its DMARC record. The default asks that there is one; None leaves it alone.
    `mail_from`: the subdomain in the envelope of what SES sends, by default `ses-<region>.<name>`;
    None leaves that to amazonses.com. `on_mx_failure`: what SES does when its MX is not found.
    `dkim`: the keys that SES signs its mail with.
    `configuration_set`: the default one of its mail; without one, what is there stays.
    `adopt`: take over an identity and record sets that are there already and are not ours.
    `delegates`: who else may send as it, and an empty list that nobody may; without, those that
    were there once go when the identity is read whole.
    `senders`: the From addresses that may be used, by default all; `*` stands for anything in what
    is before the @. Mail from others leaves as noreply@ the domain.
    `absent`: no mail is sent from it any more; what is ours of it goes, and nothing else.
    """

    name: DomainName
    zone: DomainNameOrEmpty = ""
    zone_id: HostedZoneId | None = None
    zone_account: AccountNameOrEmpty = ""
    dmarc: Dmarc | None = Dmarc()
    mail_from: DomainNameOrEmpty | None = ""
    on_mx_failure: OnMxFailure = "USE_DEFAULT_VALUE"
    dkim: Dkim = EasyDkim()
    configuration_set: ConfigurationSetName | None = None
    adopt: bool = False
    delegates: Delegates | None = None
    senders: Annotated[Sequence[FromPattern], Listed] = ()
    absent: bool = False

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


@word
class Address:
    """An address with an SES identity of its own, which overrides its domain's.

    For one of a domain that is not in DNS's reach; its owner clicks on a link in a mail from SES.
    It has its domain's MAIL FROM and configuration set, if the policy has that domain, but not
    its delegates.
    """

    name: MailAddress
    configuration_set: ConfigurationSetName | None = None
    adopt: bool = False
    delegates: Delegates | None = None

    def __post_init__(self) -> None:
        check_delegates(self.name, self.delegates or ())
