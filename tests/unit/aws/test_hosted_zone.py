"""Which hosted zone a domain's records belong to."""

import pytest

from mailfleet.aws.hosted_zone import HostedZone, find_zone
from mailfleet.plan.errors import PlanError


def test_the_zone_must_be_one() -> None:
    zones = [HostedZone("Z1", "example.com"), HostedZone("Z2", "example.net")]
    assert find_zone(zones, "example.com").id == "Z1"
    with pytest.raises(PlanError, match=r"found no public hosted zone example\.org"):
        find_zone(zones, "example.org")
    with pytest.raises(PlanError, match=r"found 2 public hosted zones example.com \(Z1, Z3\)"):
        find_zone([*zones, HostedZone("Z3", "example.com")], "example.com")


def test_a_zone_may_be_named_by_its_id() -> None:
    zones = [HostedZone("Z1", "example.com"), HostedZone("Z3", "example.com")]
    assert find_zone(zones, "example.com", "Z3").id == "Z3"
    with pytest.raises(PlanError, match="found no public hosted zone Z4 in this account"):
        find_zone(zones, "example.com", "Z4")
    with pytest.raises(
        PlanError, match=r"found Z3 to be the zone example.com, expected example.net"
    ):
        find_zone(zones, "example.net", "Z3")
