"""Providers: where relays hand mail over."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from mailfleet.policy.configuration_set import AWS_POOLS, ConfigurationSet, DedicatedPool
from mailfleet.policy.errors import PolicyError, require_unique
from mailfleet.policy.schema import policy_class
from mailfleet.policy.secret import NotALiteral, Secret
from mailfleet.policy.ses_account import SesAccount
from mailfleet.policy.spf import SpfTerms
from mailfleet.policy.types import (
    ConfigurationSetName,
    DomainName,
    FileName,
    RegionName,
    SelectorName,
    ShortName,
    UserName,
    domain_name,
)

Connections = Annotated[int, Field(ge=1, le=1000)]
Messages = Annotated[int, Field(ge=1, le=1_000_000)]
Rate = Annotated[float, Field(gt=0, le=10_000)]  # messages a second
SUBMISSION_PORT = 587  # port 25 is throttled on EC2
WRAPPER_PORT = 465


@policy_class
class Ses:
    """Amazon SES in one region. Identities, records and the SMTP credential are created for it."""

    region: RegionName
    """the AWS region"""
    name: ShortName = "ses"
    """what routes call it, and the name of Postfix's transport"""
    connections: Connections | None = None
    """the most connections that one relay host opens at a time; by default they follow from the
    rate, or are 10 without one"""
    configuration_set: ConfigurationSetName | None = None
    """the default configuration set of all domains that name none; by default what exists stays.
    One that is not in `configuration_sets` is created empty when it is missing"""
    account: SesAccount = SesAccount()
    """what is required of [the SES account](#the-ses-account) in that region"""
    pools: Annotated[Sequence[DedicatedPool], AfterValidator(tuple)] = ()
    """its dedicated IP pools"""
    configuration_sets: Annotated[Sequence[ConfigurationSet], AfterValidator(tuple)] = ()
    """configuration sets with settings"""
    rate: Rate | None = None
    """messages a second for the entire fleet, see [Limits](relay.md#limits)"""
    messages_per_connection: Messages | None = None
    """the most messages that one connection is used for; by default there is no limit"""

    wrapper: ClassVar[bool] = False
    ca: ClassVar[str | None] = None
    port: ClassVar[int] = SUBMISSION_PORT

    def __post_init__(self) -> None:
        pools = [pool.name for pool in self.pools]
        require_unique("Ses.pools", pools)
        require_unique("Ses.configuration_sets", [found.name for found in self.configuration_sets])
        for found in self.configuration_sets:
            if found.pool is not None and found.pool not in (*pools, *AWS_POOLS):
                raise PolicyError(
                    f"Ses.configuration_sets: {found.name!r}: found pool {found.pool!r}, expected "
                    f"one of Ses.pools or {' or '.join(AWS_POOLS)}"
                )

    @property
    def host(self) -> str:
        """The region's SMTP end point (Amazon SES endpoints and quotas)."""
        return f"email-smtp.{self.region}.amazonaws.com"

    @property
    def nexthop(self) -> str:
        return f"[{self.host}]:{self.port}"


@policy_class
class Smtp:
    """Any SMTP service with TLS and AUTH."""

    endpoint: str
    """`host` or `host:port`; the port is 587, or 465 with `tls="wrapper"`, unless given"""
    name: ShortName
    """what routes call it, and the name of Postfix's transport"""
    username: UserName
    """the name for AUTH"""
    password: Annotated[Secret, NotALiteral]
    """a `secret(...)`; a literal password is refused"""
    connections: Connections | None = None
    """as for `Ses`"""
    spf: SpfTerms = ""
    """the SPF terms that let the provider's servers pass, separated by spaces"""
    dkim: Mapping[SelectorName, DomainName] = Field(default_factory=dict)
    """the CNAMEs that lead to its DKIM keys: name below the domain, and target"""
    tls: Literal["starttls", "wrapper"] | None = None
    """`"starttls"`, or `"wrapper"` for TLS from the first byte; by default what the port is for.
    There is always one of them"""
    ca: FileName | None = None
    """a PEM file on the machine that deploys: the authorities that its certificate may come
    from; by default the host system's"""
    rate: Rate | None = None
    """as for `Ses`"""
    messages_per_connection: Messages | None = None
    """as for `Ses`"""

    def __post_init__(self) -> None:
        host, colon, port = self.endpoint.partition(":")
        domain_name(host)
        if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"found endpoint {self.endpoint!r}, expected host:port")

    @property
    def host(self) -> str:
        return domain_name(self.endpoint.partition(":")[0])

    @property
    def port(self) -> int:
        given = self.endpoint.partition(":")[2]
        return int(given or (WRAPPER_PORT if self.tls == "wrapper" else SUBMISSION_PORT))

    @property
    def wrapper(self) -> bool:
        """Whether TLS begins with the first byte (RFC 8314 section 3.3)."""
        return self.tls == "wrapper" if self.tls else self.port == WRAPPER_PORT

    @property
    def nexthop(self) -> str:
        """Postfix's next hop; the brackets stop the look-up of MX records."""
        return f"[{self.host}]:{self.port}"


Provider = Ses | Smtp
