"""Configuration sets: which there must be, and which of their options are put."""

from typing import Any

import pytest

from mailfleet.aws.resources.configuration_set import (
    ConfigurationSetPlan,
    desired_sets,
    from_ses,
)
from mailfleet.plan.engine import changes_of
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Values
from mailfleet.policy import Address, ConfigurationSet, Domain, Mail, Ses

TAGS = [{"Key": "mailfleet", "Value": "fleet"}]
DELIVERY = {"TlsPolicy": "REQUIRE", "SendingPoolName": "old", "MaxDeliverySeconds": 600}


def plan(answer: dict[str, Any] | None, **desired: Any) -> ConfigurationSetPlan:
    found = from_ses(answer) if answer is not None else None
    return ConfigurationSetPlan("us-east-1", ConfigurationSet("bulk", **desired), "fleet", found)


def changed(plan: ConfigurationSetPlan) -> list[tuple[str, str | None, str | None]]:
    changes = changes_of("@aws", plan.things(Values()))
    return [(change.action, change.before, change.after) for change in changes]


def test_a_set_that_only_identities_name_is_made_empty() -> None:
    made = plan(None)
    assert made.options == {}
    assert changed(made) == [("create", None, "bulk\ntag mailfleet: fleet")]
    assert changed(plan({})) == []  # somebody else's serves as well


def test_a_new_set_has_all_that_the_policy_names() -> None:
    made = plan(None, pool="ses-shared-pool", tls="REQUIRE", suppression=["BOUNCE"], sending=False)
    assert made.options == {
        "DeliveryOptions": {"SendingPoolName": "ses-shared-pool", "TlsPolicy": "REQUIRE"},
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE"]},
        "SendingOptions": {"SendingEnabled": False},
    }


def test_what_the_policy_does_not_know_is_put_back_as_it_was_found() -> None:
    found = {"Tags": TAGS, "DeliveryOptions": DELIVERY}
    assert plan(found, pool="ses-shared-pool").options == {
        "DeliveryOptions": {**DELIVERY, "SendingPoolName": "ses-shared-pool"}
    }


def test_the_time_of_the_last_fresh_start_is_not_put() -> None:
    options = {"ReputationMetricsEnabled": False, "LastFreshStart": "2024-01-01"}
    found = {"Tags": TAGS, "ReputationOptions": options}
    asked = plan(found, reputation_metrics=True).options
    assert asked == {"ReputationOptions": {"ReputationMetricsEnabled": True}}


@pytest.mark.parametrize(
    "same",
    [
        {"tls": "OPTIONAL"},
        {"sending": True},
        {"reputation_metrics": True},
        {"suppression": ["BOUNCE", "COMPLAINT"]},
    ],
)
def test_what_is_as_the_policy_says_is_not_put(same: dict[str, Any]) -> None:
    """Also where SES has never been told, and has its default."""
    reasons = {"SuppressedReasons": ["COMPLAINT", "BOUNCE"]}
    assert changed(plan({"SuppressionOptions": reasons}, **same)) == []


def test_no_reason_to_suppress_is_another_thing_than_the_accounts_reasons() -> None:
    ((_, before, after),) = changed(plan({"Tags": TAGS}, suppression=[]))
    assert "suppression" not in str(before)
    assert "suppression: (never)" in str(after)
    assert changed(plan({"SuppressionOptions": {"SuppressedReasons": []}}, suppression=[])) == []


def test_somebody_elses_set_is_changed_only_by_adoption() -> None:
    with pytest.raises(
        PlanError, match=r"tls: OPTIONAL.*does not own, expected.*tls: REQUIRE"
    ) as refused:
        changed(plan({}, tls="REQUIRE"))
    assert "say ConfigurationSet(..., adopt=True)" in str(refused.value)
    ((action, before, after),) = changed(plan({}, tls="REQUIRE", adopt=True))
    assert action == "update"
    assert "tag" not in str(before)
    assert "tag mailfleet: fleet" in str(after)
    assert changed(plan({"Tags": TAGS}, adopt=True)) == []


def test_the_policys_sets_are_those_listed_and_those_that_identities_name() -> None:
    listed = ConfigurationSet("listed", sending=False)
    ses = Ses("us-east-1", configuration_set="all", configuration_sets=[listed])
    mail = Mail(
        domains=[
            Domain("example.com"),
            Domain("a.example", configuration_set="own"),
            Domain("b.example", configuration_set="listed"),
        ],
        addresses=[Address("x@c.example", configuration_set="his")],
        providers=[ses],
    )
    unlisted = [ConfigurationSet(name) for name in ("all", "his", "own")]
    assert list(desired_sets(mail, ses)) == [listed, *unlisted]
