"""Domains that the policy has as absent, also where hosts have a `relay` of their own."""

import pytest

from tests.aws.conftest import Fleet


@pytest.mark.case("aws-dns-36")
def test_a_relay_in_group_data_leaves_absent_domains_absent(fleet: Fleet) -> None:
    old = f"old.{fleet.domain}"
    first = f"Domain({fleet.domain!r}), Domain({old!r}, zone={fleet.domain!r}"
    fleet.write(domains=f"{first})")
    run = fleet.deploy("-y")
    assert run.status == 0, run.output

    fleet.write(domains=f"{first}, absent=True)")
    policy = fleet.directory / "group_data/all.py"
    policy.write_text(f"{policy.read_text()}relay = Relay(soft_bounce=False)\n")
    deleted = {change["id"] for change in fleet.plan() if change["action"] == "delete"}
    assert f"us-east-1/{old}" in deleted, deleted
