"""All that the golden plans know of the code's modules: when those move, only this file changes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mailfleet import inventory
from mailfleet.credential import Credential, of_login
from mailfleet.inputs import Inputs
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail
from mailfleet.relay.plan import plan
from mailfleet.relay.state import FoundUnit
from mailfleet.relay.systems import SYSTEMS, System
from mailfleet.relay.tree import Desired, desired_host
from tests.aws.conftest import Fleet
from tests.golden.golden import Golden, Text
from tests.support.relay_hosts import bare, deployed

__all__ = ["File", "Fleet", "Tree", "announced", "host_plan", "mail_of", "trees"]

_SERVICES = {"IAM": "iam", "Route 53": "route53", "Secrets Manager": "secretsmanager", "SES": "ses"}


@dataclass(frozen=True)
class File:
    path: str
    text: str
    mode: str
    owner: str
    group: str
    secret: bool


@dataclass(frozen=True)
class Tree:
    """A relay host as it should be. `units` says of each whether it is enabled and active."""

    files: tuple[File, ...]
    packages: tuple[str, ...]
    units: Mapping[str, tuple[bool, bool | None]]
    makes: str | None


def announced(output: str) -> dict[str, int]:
    """The calls that a run announced, by service."""
    found = re.search(r"AWS: (\d+) calls? \((.*?)\), about", output)
    parts = re.findall(r"(\d+) ([A-Z][A-Za-z0-9 ]*)", found[2]) if found else []
    calls = {_SERVICES[service]: int(number) for number, service in parts}
    return dict(sorted(calls.items()))


def mail_of(golden: Golden, text: Text) -> Mail:
    """The policy, as group_data would have it."""
    domains = text.domains or f"Domain({golden.domain!r})"
    providers = text.providers or "Ses('us-east-1')"
    source = (
        f"Mail(domains=[{domains}], providers=[{providers}], fleet={golden.name!r}, {text.more})"
    )
    words = {name: getattr(inventory, name) for name in inventory.__all__}
    mail = eval(golden.named(source), words)  # noqa: S307  the policies are our own
    assert isinstance(mail, Mail)
    return mail


def trees(golden: Golden) -> dict[str, Tree | None]:
    """By system; None where it is refused."""
    mail = mail_of(golden, golden.policy)
    return {system.name: _plain(_desired(golden, mail, system)) for system in SYSTEMS}


def host_plan(golden: Golden) -> list[dict[str, Any]]:
    """What changes on a host that has what the earlier policy made; without one, on a bare host."""
    target = _desired(golden, mail_of(golden, golden.policy), SYSTEMS[0])
    assert target
    state = bare(target)
    if golden.earlier:
        before = _desired(golden, mail_of(golden, golden.earlier), SYSTEMS[0])
        assert before
        was = deployed(before)
        state = replace(
            was,
            files={**dict.fromkeys(target.managed), **was.files},
            packages={**dict.fromkeys(target.packages), **was.packages},
            units={**{u.name: FoundUnit(False, False, True) for u in target.units}, **was.units},
        )
    return [vars(change) for change in plan("relay1", target, state)]


def _desired(golden: Golden, mail: Mail, system: System) -> Desired | None:
    credentials: dict[str, Credential | None] = {
        provider.name: Credential(f"{provider.name}-user", f"{provider.name}-password")
        for provider in mail.providers
    }
    for user in mail.relay.logins:
        credentials[of_login(user)] = Credential(user, f"{user}-password")
    inputs = Inputs(
        relays=golden.relays,
        quotas=golden.quotas,
        verified=golden.verified,
        authorities={provider.name: "AUTHORITIES\n" for provider in mail.smtp if provider.ca},
    )
    try:
        return desired_host(mail, credentials, inputs, system)
    except PlanError:
        return None


def _plain(tree: Desired | None) -> Tree | None:
    if tree is None:
        return None
    return Tree(
        files=tuple(_files(tree)),
        packages=tree.packages,
        units={unit.name: (unit.enabled, unit.active) for unit in tree.units},
        makes=tree.certificate,
    )


def _files(tree: Desired) -> Iterable[File]:
    for file in tree.files:
        text = (file.content or b"").decode()
        yield File(file.path, text, file.mode, file.owner, file.group, file.secret)
