"""What a person asks of a switch, and what the plan says of it."""

import json

import pytest

from mailfleet.inputs import ALONE
from mailfleet.policy import PolicyError, Relay
from mailfleet.relay.plan import plan
from mailfleet.relay.provider_switch import (
    ROUTES,
    SWITCH,
    read_switch,
    switch_notes,
    switch_plan,
    weights_text,
)
from mailfleet.relay.request import switch_request
from mailfleet.relay.routes import routes
from mailfleet.relay.state import Switch, Switched
from mailfleet.relay.tree import desired_host
from tests.support.relay_hosts import deployed, switched
from tests.support.relay_policy import CREDENTIALS, policy


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("sendgrid", {"sendgrid": 1}),
        ("ses:9,sendgrid:1", {"ses": 9, "sendgrid": 1}),
        ("policy", None),
    ],
)
def test_what_is_asked_for(text: str, weights: dict[str, int] | None) -> None:
    assert read_switch(text, policy()) == weights
    assert weights_text(weights) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "found no --data to=..., expected a provider, weights"),
        ("mailgun", "found 'mailgun', expected one of the providers: ses, sendgrid; or policy"),
        ("ses:0", "found 'ses:0' in 'ses:0', expected a provider, weights such as"),
        ("ses:9,ses:1", "found 'ses:1'"),
        ("ses:9;reboot", "found 'ses:9;reboot'"),
        ("ses:", "found 'ses:'"),
    ],
)
def test_what_cannot_be_asked_for(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as mistake:
        read_switch(text, policy())
    assert sentence in str(mistake.value)


def test_a_plan_for_what_is_in_force_already_is_empty() -> None:
    state = switched(deployed(desired_host(policy(), CREDENTIALS)), {"sendgrid": 1})
    assert switch_plan("relay1", state, {"sendgrid": 1}) == ()
    (change,) = switch_plan("relay1", state, None)
    assert change.after == "through policy (was: sendgrid)"
    assert switch_request(state, "ops@laptop", None) == {
        "expected": {"sendgrid": 1}, "by": "ops@laptop", "to": None, "shown": "policy",
    }  # fmt: skip


def test_a_switch_whose_table_was_not_loaded_is_finished_by_a_deploy_and_by_a_switch() -> None:
    desired = desired_host(policy(), CREDENTIALS)
    made = Switched({"sendgrid": 1}, "ops", "laptop", "2026-11-22T00:00:00Z")
    late = switched(deployed(desired), {"sendgrid": 1}, Switch(made, {}, found=True, current=False))
    assert [(change.kind, change.id) for change in plan("relay1", desired, late)] == [
        ("file", SWITCH), ("service", "postfix"),
    ]  # fmt: skip
    assert switch_plan("relay1", late, {"sendgrid": 1}) != ()


def test_a_host_knows_what_can_be_switched() -> None:
    known = json.loads(desired_host(policy(), CREDENTIALS).file(ROUTES).content or b"")
    assert known["lanes"] == {"ses": ["ses"], "sendgrid": ["sendgrid"]}
    first, second = known["choices"].values()
    assert first == {"weights": {"ses": 1}, "then": {"ses": []}, "open_to": ["ses", "sendgrid"]}
    assert second["open_to"] == ["sendgrid"]
    assert known["servers"]["sendgrid"]["nexthop"] == "[smtp.sendgrid.net]:587"
    assert not known["by_health"]


def test_a_host_whose_mail_goes_by_dedicated_relays_has_no_switch() -> None:
    desired = desired_host(policy(relay=Relay(relay_hosts=["relay1.example.com"])), CREDENTIALS)
    assert ROUTES in desired.absent


def test_it_is_said_who_does_not_follow_and_whom_receivers_may_distrust() -> None:
    mail = policy()
    found = routes(mail, ALONE)
    assert switch_notes(None, found, mail) == ()
    (stays,) = switch_notes({"ses": 1}, found, mail)
    assert stays == "lists.example.com: not switched, SES has no identity for it"
    (doubt,) = switch_notes({"sendgrid": 1}, found, mail)
    assert doubt.startswith("example.com, lists.example.com: receivers may distrust mail from send")
