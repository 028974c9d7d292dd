"""What a domain publishes besides what SES asks for: DMARC, and what other providers ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailfleet.dns.dmarc import DEFAULT, dmarc_records
from mailfleet.dns.records import RecordSet
from mailfleet.policy import Dmarc, Domain, Mail, Smtp


@dataclass(frozen=True)
class DesiredRecords:
    """`spf`: terms of the domain's SPF record; `dkim`: CNAMEs by name below the domain."""

    dmarc: Dmarc | None = None
    spf: tuple[str, ...] = ()
    dkim: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, domain: Domain, mail: Mail) -> "DesiredRecords":
        providers = [p for p in mail.providers_of(domain) if isinstance(p, Smtp)]
        terms = [term for provider in providers for term in provider.spf.split()]
        return cls(
            dmarc=mail.dmarc_of(domain),
            spf=tuple(dict.fromkeys(terms)),
            dkim={name: to for provider in providers for name, to in provider.dkim.items()},
        )

    @property
    def is_explicit(self) -> bool:
        """Whether the policy asks for anything that must be there."""
        return bool(self.spf or self.dkim or self.dmarc not in (None, DEFAULT))

    def records(
        self, domain: str, zone: Mapping[str, RecordSet], adopt: bool = False
    ) -> tuple[RecordSet, ...]:
        """The record sets that are the domain's alone; SPF is shared and merged."""
        cnames = (
            RecordSet(f"{name}.{domain}", "CNAME", (f"{target}.",)).normal()
            for name, target in self.dkim.items()
        )
        return (*cnames, *dmarc_records(domain, self.dmarc, zone, adopt))
