"""The files of /etc/postfix, from the policy, the inputs and the system."""

from collections.abc import Iterable, Mapping

from mailfleet.credential import Credential
from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, PolicyError, Provider
from mailfleet.relay import access
from mailfleet.relay.dedicated import CERTIFICATE, DEDICATED, dedicated_of
from mailfleet.relay.file import File
from mailfleet.relay.from_rewriting import rewrites_from
from mailfleet.relay.health import fails_over
from mailfleet.relay.provider_switch import ROUTES, routes_json
from mailfleet.relay.render import render
from mailfleet.relay.reply_classes import KINDS, reply_filter
from mailfleet.relay.returned import RETURNED
from mailfleet.relay.routes import Routes, routes
from mailfleet.relay.submission_auth import LOGINS_UNIT, SOCKET, sender_logins
from mailfleet.relay.systems import System
from mailfleet.relay.tables import Rows, Tables, tables
from mailfleet.relay.transports import transports

POSTFIX = "/etc/postfix/"
_MASTER_SERVICES = (
    "anvil", "bounce", "cleanup", "defer", "discard", "error", "flush", "local", "pickup",
    "postlog", "proxymap", "proxywrite", "qmgr", "relay", "retry", "returned", "rewrite", "scache",
    "showq", "smtp", "tlsmgr", "tlsproxy", "trace", "verify", "virtual",
)  # fmt: skip
# Tables of earlier versions of mailfleet.
_EARLIER = ("chosen", "sender_transport", "sender_transport_choice")
# Host names that are no mail domains: without a dot, in private top-level domains (RFC 6761,
# RFC 6762, RFC 8375, ICANN's .internal), and EC2's public host names.
_HOSTS = (
    r"@[^.]+$",
    r"@(.*\.)?(internal|local|localhost|localdomain|lan|home\.arpa)$",
    r"@ec2-.*\.amazonaws\.com$",
)


def postfix_files(
    mail: Mail,
    credentials: Mapping[str, Credential | None],
    inputs: Inputs,
    system: System,
) -> tuple[File, ...]:
    """The file sasl_passwd has no content while a credential is not known."""
    found = routes(mail, inputs)
    # Bounces have no sender; notices about them come from this address (double_bounce_sender).
    lookups = tables(found, kept_here=("<>", f"double-bounce@{mail.myorigin}"))
    values = _template_values(mail, found, lookups, system)
    names = ("main.cf", "master.cf", "system_recipients", "system_senders")
    files = [File(POSTFIX + name, render(POSTFIX + name, **values)) for name in names]
    files += [_table(name, rows) for name, rows in lookups.rows.items()]
    if mail.relay.soft_bounce:
        # "5.x.x text" of what has failed for good
        files.append(_table("refusals", {"/^5(.*)$/": "4$1"}))
    if owners := sender_logins(mail.relay):
        files.append(_table("login_senders", owners))
    used = {transport.kind for transport in found.transports}
    for kind in (kind for kind in KINDS if kind in used):
        content = render(f"{POSTFIX}replies", rows=reply_filter(kind))
        files.append(File(f"{POSTFIX}replies_{kind}", content))
    if found.switchable:
        files.append(File(ROUTES, routes_json(found, servers(mail), fails_over(mail))))
    files += [
        File(ca_path(provider), inputs.authorities.get(provider.name, "").encode())
        for provider in _authenticating(mail)
        if provider.ca
    ]
    return (*files, _passwords(mail, credentials))


def _template_values(
    mail: Mail, found: Routes, lookups: Tables, system: System
) -> dict[str, object]:
    """What main.cf.j2, master.cf.j2 and the tables of system mail are rendered with."""
    dedicated = dedicated_of(mail.relay)
    return {
        "admin": mail.admin,
        "certificate": mail.relay.certificate or (CERTIFICATE,),
        "found": found,
        "inet_interfaces": access.inet_interfaces(mail.relay),
        "host_patterns": _HOSTS,
        "logins_socket": SOCKET,
        "logins_unit": LOGINS_UNIT,
        "lookups": lookups,
        "myorigin": mail.myorigin,
        "neighbours": access.neighbours(mail.relay),
        "noreply": mail.noreply,
        "port_25": access.port_25(mail.relay),
        "processes": access.PROCESSES,
        "providers": (dedicated,) if dedicated else mail.providers,
        "relay": mail.relay,
        "relayhost": dedicated.nexthop if dedicated else _default_nexthop(mail),
        "returned": RETURNED,
        "rewrite_from": mail.relay.rewrite_from,
        "rewrites_from": rewrites_from(mail),
        "sender_logins": sender_logins(mail.relay),
        "soft_bounce": mail.relay.soft_bounce,
        "max_connections": access.MAX_CONNECTIONS,
        "submission": access.submission(mail.relay),
        "system": system,
        "who_may_send": ", ".join(domain.name for domain in mail.domains),
    }


def _default_nexthop(mail: Mail) -> str:
    return mail.provider(mail.default_route.providers[0]).nexthop


def ca_path(provider: Provider) -> str:
    """Where a host keeps the certificate authorities of a provider's `ca`."""
    return f"{POSTFIX}ca_{provider.name}.pem"


def servers(mail: Mail) -> dict[str, dict[str, object]]:
    """How a host connects to each of its providers; sasl_passwd has the credential by next hop."""
    return {
        provider.name: {
            "host": provider.host,
            "port": provider.port,
            "nexthop": provider.nexthop,
            "wrapper": provider.wrapper,
            "ca": ca_path(provider) if provider.ca else None,
        }
        for provider in _authenticating(mail)
    }


def nexthops(mail: Mail) -> tuple[str, ...]:
    """The next hops that need a credential."""
    return tuple(provider.nexthop for provider in _authenticating(mail))


def _authenticating(mail: Mail) -> tuple[Provider, ...]:
    """The providers that the host itself sends through; none where it uses dedicated relays."""
    return () if mail.relay.relay_hosts else tuple(mail.providers)


def absent_tables(mail: Mail, files: Iterable[File]) -> tuple[str, ...]:
    """Files that another policy for the same providers needs, and this one does not."""
    fallbacks = [f"fallback_{provider.name}" for provider in mail.providers]
    deeper = [f"{name}_{depth}" for name in fallbacks for depth in range(1, len(fallbacks) - 1)]
    hops = [*fallbacks, *deeper]
    every = [
        "hop_choices",
        "login_senders",
        "refusals",
        "sender_domains",
        *hops,
        *(f"{name}_next" for name in hops),
    ]
    every += [*_EARLIER, *(f"{name}_choice" for name in hops)]
    every += [f"replies_{kind}" for kind in KINDS]
    there = {file.path for file in files}
    paths = [ROUTES, *(POSTFIX + name for name in every), *(ca_path(p) for p in mail.smtp)]
    return tuple(path for path in paths if path not in there)


def _table(name: str, rows: Rows) -> File:
    return File(POSTFIX + name, render(f"{POSTFIX}table", name=name, rows=rows))


def _passwords(mail: Mail, credentials: Mapping[str, Credential | None]) -> File:
    path = f"{POSTFIX}sasl_passwd"
    providers = _authenticating(mail)
    known = all(credentials.get(provider.name) for provider in providers)
    content = render(path, providers=providers, credentials=credentials) if known else None
    return File(path, content, mode="600", secret=True)


def check(mail: Mail, inputs: Inputs) -> None:
    """Raises PolicyError for what the policy allows and Postfix's files cannot express."""
    names = [transport.name for transport in transports(mail, inputs)]
    taken = _MASTER_SERVICES if mail.relay.relay_hosts else (*_MASTER_SERVICES, DEDICATED)
    for name in names:
        if name in taken:
            raise PolicyError(
                f"Mail.providers: found the name {name!r}, which is one of Postfix's own services; "
                "expected another name"
            )
        if names.count(name) > 1:
            raise PolicyError(
                f"Mail.providers: found the name {name!r}, which is a lane of another provider; "
                "expected another name"
            )
    _check_nexthops(mail)
    for sender, _ in mail.sender_routes:
        if sender.startswith("#"):
            raise PolicyError(
                f"Mail.routes: found sender {sender!r}, which is a comment in Postfix's tables: "
                "expected a sender that does not begin with #"
            )
    if set("{}") & set(mail.admin):
        raise PolicyError(f"Mail.admin: found {mail.admin!r}, expected an address without braces")


def _check_nexthops(mail: Mail) -> None:
    found = nexthops(mail)
    for nexthop in found:
        if found.count(nexthop) > 1:
            raise PolicyError(
                f"Mail.providers: found {nexthop} twice, but Postfix finds credentials by next "
                "hop; expected one provider for each"
            )
