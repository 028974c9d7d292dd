"""dataclasses.replace() keeps all of a policy class, as it is drawn from its types."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from mailfleet import policy
from mailfleet.policy import Domain, Mail, PolicyError, Relay, Ses
from tests.support.drawn import DOMAIN, Policy, expressions, policies

NAMES = {name: getattr(policy, name) for name in policy.__all__}
CLASSES: dict[str, Any] = {name: cls for name, cls in NAMES.items() if is_dataclass(cls)}
KEY = policy.secret("aws:key")
# What the constructors ask for that types do not say.
REQUIRED: dict[str, dict[str, Any]] = {
    "Address": {"name": f"bills@{DOMAIN}"},
    "Byodkim": {"selector": "s1"},
    "ConfigurationSet": {"name": "set"},
    "DedicatedPool": {"name": "pool"},
    "Delegate": {"principal": "210987654321"},
    "Domain": {"name": DOMAIN},
    "EmailAlert": {"to": f"ops@{DOMAIN}", "via": "ses"},
    "Login": {"password": KEY},
    "Mail": {"domains": [Domain(DOMAIN)], "providers": [Ses("us-east-1")]},
    "ProductionAccess": {
        "mail_type": "TRANSACTIONAL", "website": "https://x.example", "use_case": "x"
    },
    "Route": {"via": "ses"},
    "Secret": {"scheme": "aws", "name": "key"},
    "Ses": {"region": "us-east-1"},
    "Smtp": {"endpoint": "smtp.x.example", "name": "x", "username": "u", "password": KEY},
}  # fmt: skip


@pytest.mark.case("aws-dns-36")
@pytest.mark.parametrize("name", CLASSES)
@given(data=st.data())
def test_a_replaced_entry_is_the_entry(name: str, data: st.DataObject) -> None:
    entry = eval(data.draw(expressions(CLASSES[name], **REQUIRED.get(name, {}))), NAMES)  # noqa: S307
    assert replace(entry) == entry


@pytest.mark.case("aws-dns-36")
@given(policies(), st.booleans())
def test_a_replaced_policy_is_the_policy(drawn: Policy, absent: bool) -> None:
    old = ", Domain('old.example', absent=True)" if absent else ""
    text = f"Mail(domains=[{drawn.domains}{old}], providers=[{drawn.providers}], {drawn.more})"
    try:
        mail = eval(text, NAMES)  # noqa: S307
    except PolicyError:  # entries that don't go together: they are tested elsewhere
        reject()
    assert replace(mail) == mail
    assert replace(mail, relay=Relay(soft_bounce=False)).absent == mail.absent


def test_each_field_of_a_policy_is_passed_on() -> None:
    """What replace() leaves out, it loses."""
    assert all(field.init for cls in CLASSES.values() for field in fields(cls))


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: Mail([Domain("a.example")], [Ses("us-east-1")], absent=[Domain("b.example")]),
            "Mail.absent: found 'b.example' without absent=True",
        ),
        (
            lambda: Mail(
                [Domain("a.example"), Domain("b.example", absent=True)],
                [Ses("us-east-1")],
                absent=[Domain("b.example", absent=True)],
            ),
            "Mail.domains: found 'b.example' twice",
        ),
    ],
)
def test_a_wrong_list_of_absent_domains(build: Callable[[], Mail], sentence: str) -> None:
    with pytest.raises(PolicyError) as mistake:
        build()
    assert sentence in str(mistake.value)
