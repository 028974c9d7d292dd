"""What a golden policy is.

A policy is written as in group_data. Wherever DOMAIN and FLEET stand in it, the name of the policy
itself comes: each has a domain, a hosted zone and a fleet of its own, whose names never change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.whole_account import SECOND

DOMAIN, FLEET = "domain.example", "thefleet"
Start = Callable[[Any], None]


@dataclass(frozen=True)
class Text:
    """The parts of a policy, as text; empty ones are the usual: the domain, and SES."""

    domains: str = ""
    providers: str = ""
    more: str = ""


@dataclass(frozen=True)
class Golden:
    """`policy` is what is deployed, with `arguments`, by `program`. Before that the account was
    made as the functions of `before` make it, `earlier` was deployed, and those of `by_hand` were
    called. `dry`: a dry run comes before, which takes time. `hosts_only`: at AWS it is like another
    one.

    Of the relay hosts: how many there are, what SES allows by provider, and whom it has verified.
    """

    name: str
    policy: Text = Text()
    before: Sequence[Start] = ()
    earlier: Text | None = None
    by_hand: Sequence[Start] = ()
    arguments: Sequence[str] = ()
    program: str = "deploy.py"
    dry: bool = False
    hosts_only: bool = False
    relays: int = 1
    quotas: Mapping[str, float] = field(default_factory=lambda: {"ses": 14})
    verified: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return f"{self.name}.example"

    def named(self, text: str) -> str:
        """A part of a policy, with the names that are this one's."""
        return text.replace(DOMAIN, self.domain).replace(FLEET, self.name)


SES = "Ses('us-east-1')"
BOTH = f"{SES}, Ses({SECOND!r}, name='second')"
THIRD = (
    "Smtp('smtp.third.example', name='third', username='u', password=secret('aws:third'), "
    "spf='ip4:192.0.2.1', dkim={'s1._domainkey': 's1.third.example'})"
)
FOURTH = (
    "Smtp('smtp.fourth.example:2525', name='fourth', username='u', "
    "password=secret('ssm:/mail/fourth'), connections=4)"
)
SUB = "sub.domain.example"
ALSO_SECOND = f"Route(senders=['eu@{DOMAIN}'], via='second')"
DEEP = ("--data", "read=deep")


def domain(more: str = "", name: str = DOMAIN) -> str:
    return f"Domain({name!r}, {more})"


def one(said: str = "", **parts: str) -> Text:
    return Text(domains=domain(said), **parts)
