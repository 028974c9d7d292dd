"""Whose Postfix is measured: ours as deploys render it, and peers as they are published.

All of them run with the credential of the deployed host, as `sasl_passwd` beside main.cf.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from lab.errors import LabError
from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, Ses
from mailfleet.relay.postfix import postfix_files
from mailfleet.relay.systems import DEBIAN_12
from mailfleet.relay.transports import transports

PEERS = Path(__file__).parent / "peers"
_PUBLISHED_FOR = "email-smtp.us-east-1.amazonaws.com"


@dataclass(frozen=True)
class Contender:
    """A configuration of Postfix: `files` by their name beside main.cf; without a master.cf,
    Debian's. `settings` are changes to main.cf, `transports` the services that send."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)
    transports: tuple[str, ...] = ("smtp",)
    settings: Mapping[str, str] = field(default_factory=dict)


def ours(
    mail: Mail,
    *,
    connections: int | None = None,
    rate: float | None = None,
    round_trip: float | None = None,
    relays: int = 1,
) -> Contender:
    """The policy's configuration, with SES limited so, on one of so many relays."""
    limited = replace(ses_of(mail), connections=connections, rate=rate)
    others = (provider for provider in mail.providers if provider.name != limited.name)
    relay = replace(mail.relay, rtt=round_trip or mail.relay.rtt)
    changed = replace(mail, providers=(limited, *others), relay=relay)
    inputs = Inputs(relays=relays)
    files = {
        PurePosixPath(file.path).name: file.content
        for file in postfix_files(changed, {}, inputs, DEBIAN_12)
        if file.content is not None
    }
    files["switch"] = b"# Nothing is switched.\n"  # a host's own
    names = tuple(transport.name for transport in transports(changed, inputs))
    return Contender("mailfleet", files, names)


def recipe(mail: Mail) -> Contender:
    return _peer("AWS's recipe", "aws_recipe.cf", mail)


def y2008(mail: Mail) -> Contender:
    return _peer("2008's main.cf", "y2008.cf", mail)


def with_connections(peer: Contender, number: int) -> Contender:
    """A peer that opens so many connections from the start."""
    limits = {
        "default_destination_concurrency_limit": str(number),
        "initial_destination_concurrency": str(number),
    }
    return replace(peer, settings=limits)


def ses_of(mail: Mail) -> Ses:
    """The first SES provider; LabError when there is none."""
    for provider in mail.providers:
        if isinstance(provider, Ses):
            return provider
    raise LabError("nothing to measure relays with: the policy has no Ses(...)")


def _peer(name: str, file: str, mail: Mail) -> Contender:
    text = (PEERS / file).read_text().replace(_PUBLISHED_FOR, ses_of(mail).host)
    return Contender(name, {"main.cf": text.encode()})
