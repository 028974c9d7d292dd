"""What can be set of an SES identity after it was made."""

import hashlib
import json
from dataclasses import dataclass, replace

from mailfleet.aws.dkim import Dkim, desired_dkim
from mailfleet.aws.ses_tags import STAMP, TAG
from mailfleet.dns.records import RecordSet
from mailfleet.policy import Address, Domain, Mail, Ses


@dataclass(frozen=True)
class MailFrom:
    """A custom MAIL FROM domain, and what SES does when it does not find the domain's MX.

    `failed`: SES looked for the MX for 72 hours and gave up; it looks again once the domain is
    set again ("Using a custom MAIL FROM domain", Amazon SES Developer Guide).
    """

    domain: str
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    failed: bool = False

    @property
    def strict(self) -> bool:
        """Whether SES refuses all mail while it does not find the MX."""
        return self.on_mx_failure == "REJECT_MESSAGE"


@dataclass(frozen=True)
class Settings:
    """`fleet` is what the identity's tag names: None for an identity that is not ours. `dkim` is
    None for an address, which has no keys of its own. `stamp` is the other tag of ours: what it
    should be is its `digest`."""

    mail_from: MailFrom | None = None
    configuration_set: str | None = None
    fleet: str | None = None
    dkim: Dkim | None = None
    stamp: str | None = None

    @property
    def digest(self) -> str | None:
        """Of the settings that only GetEmailIdentity tells; None when none of them is set."""
        unseen = {"configuration set": self.configuration_set}
        if not any(unseen.values()):
            return None
        return hashlib.sha256(json.dumps(unseen, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        """For people: one setting a line."""
        mail_from = self.mail_from
        failed = " (FAILED)" if mail_from and mail_from.failed else ""
        lines = [
            ("DKIM", self.dkim and self.dkim.text),
            ("MAIL FROM", mail_from and f"{mail_from.domain}{failed}"),
            ("on MX failure", mail_from and mail_from.on_mx_failure),
            ("configuration set", self.configuration_set),
            (f"tag {TAG}", self.fleet),
            (f"tag {STAMP}", self.stamp),
        ]
        return "\n".join(f"{name}: {value}" for name, value in lines if value)


def desired_settings(entry: Domain | Address, ses: Ses, mail: Mail) -> Settings:
    """What the policy says of an identity in that region: an address has its domain's settings,
    unless it says otherwise."""
    domain = entry if isinstance(entry, Domain) else mail.domain_of(entry.name)
    mail_from = domain and domain.mail_from_in(ses.region)
    inherited = domain and domain.configuration_set
    desired = Settings(
        mail_from=MailFrom(mail_from, domain.on_mx_failure) if domain and mail_from else None,
        configuration_set=entry.configuration_set or inherited or ses.configuration_set,
        fleet=mail.fleet,
        dkim=desired_dkim(entry, ses.region, mail) if isinstance(entry, Domain) else None,
    )
    return replace(desired, stamp=desired.digest)


def resulting_settings(found: Settings, desired: Settings, adopt: bool) -> Settings:
    """What an identity will have: a configuration set that the policy does not name stays, and
    so do the tags of an identity that is not ours and not to be adopted."""
    ours = adopt or found.fleet == desired.fleet
    return replace(
        desired,
        configuration_set=desired.configuration_set or found.configuration_set,
        fleet=desired.fleet if adopt else found.fleet,
        stamp=(ours and desired.stamp) or found.stamp,
    )


def mail_from_records(region: str, mail_from: MailFrom | None) -> tuple[RecordSet, ...]:
    """What SES asks for at a MAIL FROM domain: exactly one MX, and an SPF record (RFC 7208).

    "Using a custom MAIL FROM domain", Amazon SES Developer Guide.
    """
    if mail_from is None:
        return ()
    return (
        RecordSet(mail_from.domain, "MX", (f"10 feedback-smtp.{region}.amazonses.com.",)),
        RecordSet(mail_from.domain, "TXT", ('"v=spf1 include:amazonses.com ~all"',)),
    )
