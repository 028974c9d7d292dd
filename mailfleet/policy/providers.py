"""Providers: where relays hand mail over."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from mailfleet.policy.configuration_set import AWS_POOLS, ConfigurationSet, DedicatedPool
from mailfleet.policy.errors import PolicyError, require_unique
from mailfleet.policy.schema import word
from mailfleet.policy.secret import NotALiteral, Secret
from mailfleet.policy.sending_account import SesAccount
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


@word
class Ses:
    """Amazon SES in one region. Identities, records and the SMTP credential are made for it.

    `rate`: messages a second of the whole fleet; by default what the account may send there.
    `connections`: the most that one relay host opens to the end point at a time; by default what
    follows from the rate. `messages_per_connection`: the most that one of them is used for.
    `configuration_set` is the default one of all domains that name none themselves. One that is
    not among `configuration_sets` is made when it is missing, and has no settings of ours.
    `account` is what is asked of the account there; `pools` are its dedicated IP pools.
    """

    region: RegionName
    name: ShortName = "ses"
    connections: Connections | None = None
    configuration_set: ConfigurationSetName | None = None
    account: SesAccount = SesAccount()
    pools: Annotated[Sequence[DedicatedPool], AfterValidator(tuple)] = ()
    configuration_sets: Annotated[Sequence[ConfigurationSet], AfterValidator(tuple)] = ()
    rate: Rate | None = None
    messages_per_connection: Messages | None = None

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


@word
class Smtp:
    """Any SMTP service with TLS and AUTH: `endpoint` is "host" or "host:port" (587).

    `tls`: "starttls", or "wrapper" for TLS from the first byte; by default what the port is for.
    `ca`: a file of the machine that deploys with the authorities that its certificate may come
    from (PEM); by default those of the host's system.
    `rate`, `connections`, `messages_per_connection`: as for Ses.
    Of each domain that it may send for, `spf` are the terms of its SPF record that let the
    service's servers pass, and `dkim` the CNAMEs that lead to its keys, by name below the domain.
    """

    endpoint: str
    name: ShortName
    username: UserName
    password: Annotated[Secret, NotALiteral]
    connections: Connections | None = None
    spf: SpfTerms = ""
    dkim: Mapping[SelectorName, DomainName] = Field(default_factory=dict)
    tls: Literal["starttls", "wrapper"] | None = None
    ca: FileName | None = None
    rate: Rate | None = None
    messages_per_connection: Messages | None = None

    def __post_init__(self) -> None:
        host, colon, port = self.endpoint.partition(":")
        domain_name(host)
        if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"found end point {self.endpoint!r}, expected host:port")

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
