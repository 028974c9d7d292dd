"""Policies, and what is in an account before them, for hypothesis to draw.

A field of a policy class that has a choice of its own (a bool, a Literal, another class) is drawn
from its type, so that new fields are taken up by themselves; for others the values are here.
"""

import types
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mailfleet.policy import Address, ConfigurationSet, DedicatedPool, Delegate, Domain, PolicyError
from tests.support.cloud import REGION
from tests.support.whole_account import SECOND

DOMAIN, FLEET = "domain.example", "drawnfleet"  # stand for those of the fleet that is deployed
VALUES: dict[tuple[str, str], list[Any]] = {
    ("Domain", "mail_from"): [None, f"m.{DOMAIN}"],
    ("Domain", "configuration_set"): [FLEET],
    ("Domain", "delegates"): [[Delegate("210987654321")]],
    ("Address", "configuration_set"): [FLEET],
    ("Dmarc", "rua"): [f"d@{DOMAIN}"],
    ("ConfigurationSet", "suppression"): [(), ("BOUNCE",)],
    ("Dmarc", "percent"): [0, 50],
}
FOREIGN = [
    ("", "A", ['192.0.2.1']),
    ("", "MX", [f"10 mail.{DOMAIN}."]),
    ("", "TXT", ['"v=spf1 ip4:192.0.2.9 -all"', '"some-site-verification=1"']),
    ("", "TXT", ['"v=spf1 ip4:192.0.2.2 ?all"']),
    ("", "TXT", ['"some-site-verification=1"']),
    ("www", "CNAME", ["elsewhere.example."]),
    ("_dmarc", "TXT", ['"v=DMARC1; p=reject"']),
    ("s1._domainkey", "CNAME", ["s1.third.example."]),
    ("s1._domainkey", "CNAME", ["s1.fourth.example."]),
    (f"ses-{REGION}", "TXT", ['"v=spf1 include:amazonses.com ~all"']),
]  # fmt: skip
HANDS = ["nothing", "record deleted", "record edited", "key deleted", "secret spoilt",
         "MAIL FROM unset", "tag removed"]  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """Arguments of Fleet.write, with DOMAIN and FLEET in it."""

    domains: str
    providers: str
    more: str


@dataclass(frozen=True)
class Start:
    """What there is: somebody else's record sets and identity; an earlier policy of ours, carried
    out, and what somebody did to that by hand, to the `which`th record if it was one."""

    foreign: list[tuple[str, str, list[str]]]
    identity: bool
    earlier: Policy | None
    hand: str
    which: int


@st.composite
def policies(draw: DrawFn) -> Policy:
    domains = [draw(expressions(Domain, name=DOMAIN))]
    if draw(st.booleans()):
        domains.append(draw(expressions(Domain, name=f"sub.{DOMAIN}", zone=DOMAIN)))
    sets = draw(st.lists(expressions(ConfigurationSet, name=FLEET), max_size=1))
    pools = draw(st.lists(expressions(DedicatedPool, name=FLEET), max_size=1))
    ses = f"pools=[{', '.join(pools)}], configuration_sets=[{', '.join(sets)}]"
    providers = [f"Ses({REGION!r}, {ses})"]
    routes = []
    if draw(st.booleans()):
        providers.append(f"Ses({SECOND!r}, name='second')")
        routes.append(f"Route(senders=['eu@{DOMAIN}'], via='second')")
    if draw(st.booleans()):
        spf = draw(st.sampled_from(["", "ip4:192.0.2.2", "ip4:192.0.2.2 ip4:192.0.2.3"]))
        dkim = draw(st.sampled_from([{}, {"s1._domainkey": "s1.third.example"}]))
        password = "secret('aws:third')"
        providers.append(f"Smtp('smtp.third.example', name='third', username='u', "
                         f"password={password}, spf={spf!r}, dkim={dkim!r})")  # fmt: skip
        routes.append(f"Route(senders=['list@{DOMAIN}'], via='third')")
    addresses = draw(st.lists(expressions(Address, name=f"bills@{DOMAIN}"), max_size=1))
    return Policy(
        ", ".join(domains), ", ".join(providers), f"routes=[{', '.join(routes)}], "
        f"addresses=[{', '.join(addresses)}]"
    )  # fmt: skip


def starts() -> SearchStrategy[Start]:
    foreign = st.lists(st.sampled_from(FOREIGN), max_size=4, unique_by=lambda record: record[:2])
    return st.builds(
        Start, foreign, st.booleans(), st.none() | policies(), st.sampled_from(HANDS),
        st.integers(0, 20),
    )  # fmt: skip


def expressions(cls: Callable[..., Any], **given: Any) -> SearchStrategy[str]:
    """The Python expression of such an entry, as a policy has it."""

    def written(drawn: dict[str, Any]) -> str:
        try:
            return repr(cls(**drawn | given))
        except PolicyError:  # fields that don't go together: they are tested elsewhere
            return repr(cls(**given))

    return _arguments(cls).map(written)


def _arguments(cls: Any) -> SearchStrategy[dict[str, Any]]:
    """Values for some of its fields."""
    hints = get_type_hints(cls)
    choices = {field.name: _values(cls, field.name, hints[field.name]) for field in fields(cls)}
    return st.fixed_dictionaries(
        {}, optional={name: choice for name, choice in choices.items() if choice is not None}
    )


def _values(cls: Any, name: str, hint: Any) -> SearchStrategy[Any] | None:
    """None where neither the type nor VALUES says what to draw."""
    if (cls.__name__, name) in VALUES:
        return st.sampled_from(VALUES[cls.__name__, name])
    parts = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    found = [choice for choice in map(_choice, parts) if choice is not None]
    return st.one_of(found) if any(part is not type(None) for part in parts) and found else None


def _choice(hint: Any) -> SearchStrategy[Any] | None:
    if hint is bool:
        return st.booleans()
    if hint is type(None):
        return st.none()
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    return _built(hint) if is_dataclass(hint) else None


def _built(cls: Any) -> SearchStrategy[Any] | None:
    """An entry within another; None for one that can't be left to its defaults."""

    def build(drawn: dict[str, Any]) -> Any:
        try:
            return cls(**drawn)
        except PolicyError:
            return None

    return _arguments(cls).map(build).filter(bool) if build({}) else None
