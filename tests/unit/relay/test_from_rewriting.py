import ast
import json
from typing import Any

import pytest

from mailfleet.policy import Address, Domain, PolicyError, Relay, Route
from mailfleet.relay.component import UNITS
from mailfleet.relay.from_rewriting import PROGRAM, RULES, UNIT
from mailfleet.relay.plan import plan
from mailfleet.relay.systems import DEBIAN_12
from mailfleet.relay.tree import desired_host
from tests.support.relay_hosts import deployed
from tests.support.relay_policy import CREDENTIALS, policy

FOREIGN = Relay(rewrite_from=True)
OWN_FILES = [RULES, PROGRAM, UNITS + UNIT]


def rules(**changes: Any) -> dict[str, Any]:
    content = desired_host(policy(**changes), CREDENTIALS).file(RULES).content
    found: dict[str, Any] = json.loads(content or b"")
    return found


def test_a_policy_that_lets_all_senders_pass_needs_no_milter() -> None:
    tree = desired_host(policy(), CREDENTIALS)
    assert set(OWN_FILES) <= set(tree.absent)
    assert DEBIAN_12.milter not in tree.packages
    assert b"milter" not in (tree.file("/etc/postfix/main.cf").content or b"")


@pytest.mark.parametrize(
    "changes",
    [{"relay": FOREIGN}, {"domains": [Domain("example.com", senders=["info@example.com"])],
                          "routes": []}],
)  # fmt: skip
def test_one_that_does_not_has_all_of_it(changes: dict[str, Any]) -> None:
    tree = desired_host(policy(**changes), CREDENTIALS)
    assert DEBIAN_12.milter in tree.packages
    assert not set(OWN_FILES) & set(tree.absent)
    main_cf = (tree.file("/etc/postfix/main.cf").content or b"").decode()
    assert "smtpd_milters = unix:/run/mailfleet-senders/socket\n" in main_cf
    assert "\nmilter_default_action = tempfail\n" in main_cf


def test_when_it_is_not_needed_any_more_it_goes() -> None:
    before = deployed(desired_host(policy(relay=FOREIGN), CREDENTIALS))
    changes = plan("relay1", desired_host(policy(), CREDENTIALS), before)
    gone = [change.id for change in changes if change.action == "delete"]
    assert sorted(gone) == sorted(OWN_FILES)
    (unit,) = (change for change in changes if change.kind == "unit")
    assert (unit.id, unit.after) == (UNIT, "disabled, inactive")


def test_every_sender_that_the_policy_names_may_be_used() -> None:
    found = rules(
        relay=FOREIGN,
        domains=[Domain("example.com", senders=["info@example.com"]), Domain("lists.example.com")],
        addresses=[Address("partner@elsewhere.example")],
        routes=[Route("sendgrid", senders=["@other.example", "a@b.example", "b@example.com"])],
    )
    assert found["senders"] == [
        "noreply@example.com", "info@example.com", "noreply@lists.example.com",
        "*@lists.example.com", "partner@elsewhere.example", "*@other.example", "a@b.example",
    ]  # fmt: skip
    assert found["domains"] == ["example.com", "lists.example.com"]
    assert found["foreign"] is True


def test_foreign_senders_are_rewritten_or_sent_as_they_are() -> None:
    routes = [Route("ses", senders="verified"), Route("sendgrid")]
    with pytest.raises(PolicyError, match="which lets anyone send, and Relay"):
        policy(relay=FOREIGN, routes=routes, alerts=[])


def test_a_foreign_sender_that_was_not_rewritten_waits() -> None:
    main_cf = desired_host(policy(relay=FOREIGN), CREDENTIALS).file("/etc/postfix/main.cf").content
    assert b"\ndefault_transport = retry:4.7.1 " in (main_cf or b"")


def test_the_program_is_whole() -> None:
    content = desired_host(policy(relay=FOREIGN), CREDENTIALS).file(PROGRAM).content or b""
    assert b"from agent" not in content
    names = [node.name for node in ast.parse(content).body
             if isinstance(node, ast.FunctionDef | ast.ClassDef)]  # fmt: skip
    assert len(names) == len(set(names)), "two parts define the same name"
