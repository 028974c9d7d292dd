"""From rewriting: the milter's program, rules and unit, from the policy."""

import json
from collections.abc import Iterator

from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail
from mailfleet.relay.agent import joined
from mailfleet.relay.component import UNITS, Component
from mailfleet.relay.digest import digest
from mailfleet.relay.file import File
from mailfleet.relay.render import render
from mailfleet.relay.systems import System

UNIT = "mailfleet-senders.service"
PROGRAM = "/usr/local/bin/mailfleet_senders"
RULES = "/etc/postfix/senders.json"
_UNIT_FILE = UNITS + UNIT
_PARTS = tuple(
    f"from_rewriting/{part}.py" for part in ("mailboxes", "names", "rewriting", "rules", "milter")
)


def rewrites_from(mail: Mail) -> bool:
    """Whether the policy restricts senders, so that the milter is needed."""
    return mail.relay.rewrite_from or any(domain.senders for domain in mail.domains)


def from_rewriting(mail: Mail, system: System) -> Component:
    """Raises PlanError where the system has no package for what the policy needs."""
    program = joined(*_PARTS).encode()
    rules = {
        "domains": [domain.name for domain in mail.domains],
        "senders": list(dict.fromkeys(_usable(mail))),
        "foreign": mail.relay.rewrite_from,
    }
    unit = render(_UNIT_FILE, program=PROGRAM, digest=digest(program, secret=False))
    files = (
        File(RULES, f"{json.dumps(rules, indent=2)}\n".encode()),
        File(PROGRAM, program),
        File(_UNIT_FILE, unit),
    )
    needed = rewrites_from(mail)
    if needed and system.milter is None:
        raise PlanError(
            f"found senders to rewrite on {system.name}, which has no package of pymilter: "
            "expected neither Relay(rewrite_from=True) nor Domain(senders=...) in the policy of "
            "such a host"
        )
    return Component(needed, files, UNIT, system.milter)


def _usable(mail: Mail) -> Iterator[str]:
    """The senders that may be used: all that the policy names."""
    for domain in mail.domains:
        yield f"noreply@{domain.name}"
        yield from domain.senders or (f"*@{domain.name}",)
    yield from (address.name for address in mail.addresses)
    for sender, _ in mail.sender_routes:
        if mail.domain_of(sender) is None:
            yield f"*{sender}" if sender.startswith("@") else sender
