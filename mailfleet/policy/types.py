"""The kinds of names that a policy is made of, each checked where it enters.

These values end up in DNS, in Postfix's configuration and on command lines. Each form below
admits no white space, no control character and no leading `-`.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator

from mailfleet.policy.calendar import calendar_event

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_LOCAL_PART = re.compile(
    r"(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
_FROM_PATTERN = re.compile(r"(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_IAM_ARN = re.compile(
    r"arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(user|role)/[A-Za-z0-9_+=,.@/-]{1,576}"
)
_SELECTOR = re.compile(rf"(?:{_LABEL}\.)+_domainkey")
# "DkimSigningAttributes", Amazon SES API v2
_ONE_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_CONFIGURATION_SET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.@+-]+)+")
_FINGERPRINT = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){31}")
# The least prefix of a network that a relay serves: wider ones hold strangers.
_CLIENT_PREFIX = {4: 8, 6: 32}
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    )
)
_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")
_ACCOUNT_HOST = re.compile(r"@aws(/[A-Za-z0-9][\w.@+-]*)?")


def domain_name(value: str) -> str:
    """A host or domain name in lower case, as RFC 1123 section 2.1 has it; IDNs as A-labels."""
    if not _is_domain(value):
        raise ValueError(f"found {value!r}, expected a domain name such as example.com")
    return value.lower().removesuffix(".")


def _is_domain(value: str) -> bool:
    name = value.lower().removesuffix(".")
    return len(name) <= 253 and _DOMAIN.fullmatch(name) is not None


def selector_name(value: str) -> str:
    """Where a DKIM key is, below the domain: `<selector>._domainkey` (RFC 6376 section 3.1)."""
    if not _SELECTOR.fullmatch(value.lower()):
        raise ValueError(f"found {value!r}, expected the name of a key such as s1._domainkey")
    return value.lower()


def selector(value: str) -> str:
    """A DKIM selector of one label: what stands before `._domainkey`."""
    if not _ONE_LABEL.fullmatch(value.lower()):
        raise ValueError(f"found {value!r}, expected one label of a-z, 0-9 and - such as mf1")
    return value.lower()


def mail_address(value: str) -> str:
    """local-part@domain with an unquoted local part (RFC 5321 section 4.1.2: Dot-string)."""
    local, _, domain = value.rpartition("@")
    if len(local) > 64 or not _LOCAL_PART.fullmatch(local) or not _is_domain(domain):
        raise ValueError(f"found {value!r}, expected a mail address such as ops@example.com")
    return f"{local}@{domain_name(domain)}"


def sender_pattern(value: str) -> str:
    """A sender address, or `@domain` for all addresses of that domain."""
    return f"@{domain_name(value[1:])}" if value.startswith("@") else mail_address(value)


def from_pattern(value: str) -> str:
    """A From address, in whose local part `*` stands for anything."""
    local, _, domain = value.rpartition("@")
    if not _FROM_PATTERN.fullmatch(local) or not _is_domain(domain):
        raise ValueError(
            f"found {value!r}, expected a mail address such as news@example.com or *@example.com"
        )
    return f"{local}@{domain_name(domain)}"


def principal(value: str) -> str:
    """Who an AWS policy speaks of: an account's number, or the ARN of a user or role
    ("AWS JSON policy elements: Principal", IAM User Guide)."""
    if "*" in value:
        raise ValueError(
            f"found {value!r}, which is everyone, expected one AWS account such as 123456789012, "
            "or the ARN of one user or role: anyone at AWS could send as you"
        )
    if not _ACCOUNT.fullmatch(value) and not _IAM_ARN.fullmatch(value):
        raise ValueError(
            f"found {value!r}, expected an AWS account such as 123456789012, or the ARN of a user "
            "or role such as arn:aws:iam::123456789012:role/name"
        )
    return value


def region_name(value: str) -> str:
    """An AWS region's code. Whether SES serves it there, only AWS knows."""
    if not _REGION.fullmatch(value):
        raise ValueError(f"found {value!r}, expected an AWS region such as us-east-1")
    return value


def short_name(value: str) -> str:
    """A name of ours for a provider or a fleet: it becomes a Postfix transport or an IAM user."""
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"found {value!r}, expected a short name of a-z, 0-9 and -, starting with a letter"
        )
    return value


def configuration_set_name(value: str) -> str:
    """A name of a configuration set ("CreateConfigurationSet", Amazon SES API v2)."""
    if not _CONFIGURATION_SET.fullmatch(value):
        raise ValueError(
            f"found {value!r}, expected a configuration set's name: 64 letters, digits, - and _ "
            "at most"
        )
    return value


def hosted_zone_id(value: str) -> str:
    """An id that Route 53 gave a hosted zone ("Id", HostedZone, Amazon Route 53 API Reference)."""
    if not _ZONE_ID.fullmatch(value):
        raise ValueError(
            f"found {value!r}, expected a hosted zone's id such as Z0123456789ABCDEFGHIJ"
        )
    return value


def user_name(value: str) -> str:
    """An SMTP user name: printable ASCII without spaces and colons, not starting with -."""
    if not value or value.startswith("-") or not all("!" <= c <= "~" and c != ":" for c in value):
        raise ValueError(f"found {value!r}, expected a user name without spaces and colons")
    return value


def account_name(value: str) -> str:
    """An AWS account as the inventory names it."""
    if not _ACCOUNT_HOST.fullmatch(value):
        raise ValueError(f"found {value!r}, expected an account such as @aws/production")
    return value


def listen_address(value: str) -> str:
    """ "all", or an IP address of the host (inet_interfaces, postconf(5))."""
    if value == "all":
        return value
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(
            f'found {value!r}, expected "all" or an IP address of the host such as 10.0.0.5'
        ) from None


def client_network(value: str) -> str:
    """A network (CIDR) of hosts that a relay serves."""
    try:
        network = ipaddress.ip_network(value)
    except ValueError as reason:
        raise ValueError(
            f"found {value!r}, expected a network such as 10.0.0.0/16 ({reason})"
        ) from None
    least = _CLIENT_PREFIX[network.version]
    if network.prefixlen < least:
        raise ValueError(
            f"found {value!r}, expected a network of your own, /{least} at the widest: this relay "
            "would be open to strangers, and spam would leave in your name"
        )
    return str(network)


def host_address(value: str) -> str:
    """An IP address of a host, one and not all of them."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        address = None
    if address is None or address.is_unspecified or address.is_loopback or address.is_multicast:
        raise ValueError(
            f"found {value!r}, expected one address of the host, which its neighbours know it by, "
            "such as 172.17.0.1"
        )
    return str(address)


def private_network(value: str) -> str:
    """A network (CIDR) that is nobody else's: RFC 1918, RFC 6598 and RFC 4193."""
    network = ipaddress.ip_network(client_network(value))
    if not any(
        network.version == private.version and network.subnet_of(private)  # type: ignore[arg-type]
        for private in _PRIVATE
    ):
        raise ValueError(
            f"found {value!r}, expected a private network such as 172.17.0.0/16: mail goes to port "
            "25 in the clear; others use port 587, see Relay.clients and Relay.logins"
        )
    return str(network)


def relay_name(value: str) -> str:
    """How another host reaches a dedicated relay: its domain name, or its IPv4 address."""
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        return domain_name(value)


def host_path(value: str) -> str:
    """An absolute path of a file on a host."""
    if not _PATH.fullmatch(value) or "/../" in f"{value}/":
        raise ValueError(f"found {value!r}, expected an absolute path such as /etc/ssl/relay.pem")
    return value


def fingerprint(value: str) -> str:
    """A certificate's SHA-256 fingerprint, as `openssl x509 -fingerprint -sha256` prints it."""
    if not _FINGERPRINT.fullmatch(value.upper()):
        raise ValueError(
            f"found {value!r}, expected a SHA-256 fingerprint: 32 pairs of hexadecimal digits with "
            "colons between them"
        )
    return value.upper()


def file_name(value: str) -> str:
    """A path of the machine that deploys."""
    if not value or value.startswith("-") or not value.isprintable():
        raise ValueError(f"found {value!r}, expected the name of a file")
    return value


def _or_empty(check: Callable[[str], str]) -> AfterValidator:
    """ "" stands for what follows from other fields."""
    return AfterValidator(lambda value: value and check(value))


DomainName = Annotated[str, AfterValidator(domain_name)]
DomainNameOrEmpty = Annotated[str, _or_empty(domain_name)]
SelectorName = Annotated[str, AfterValidator(selector_name)]
Selector = Annotated[str, AfterValidator(selector)]
MailAddress = Annotated[str, AfterValidator(mail_address)]
MailAddressOrEmpty = Annotated[str, _or_empty(mail_address)]
SenderPattern = Annotated[str, AfterValidator(sender_pattern)]
FromPattern = Annotated[str, AfterValidator(from_pattern)]
Principal = Annotated[str, AfterValidator(principal)]
RegionName = Annotated[str, AfterValidator(region_name)]
ShortName = Annotated[str, AfterValidator(short_name)]
ConfigurationSetName = Annotated[str, AfterValidator(configuration_set_name)]
HostedZoneId = Annotated[str, AfterValidator(hosted_zone_id)]
UserName = Annotated[str, AfterValidator(user_name)]
ListenAddress = Annotated[str, AfterValidator(listen_address)]
ClientNetwork = Annotated[str, AfterValidator(client_network)]
HostAddress = Annotated[str, AfterValidator(host_address)]
PrivateNetwork = Annotated[str, AfterValidator(private_network)]
RelayName = Annotated[str, AfterValidator(relay_name)]
HostPath = Annotated[str, AfterValidator(host_path)]
Fingerprint = Annotated[str, AfterValidator(fingerprint)]
AccountName = Annotated[str, AfterValidator(account_name)]
AccountNameOrEmpty = Annotated[str, _or_empty(account_name)]
CalendarEvent = Annotated[str, AfterValidator(calendar_event)]
FileName = Annotated[str, AfterValidator(file_name)]
