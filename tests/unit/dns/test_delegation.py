"""Whether the world asks the zone that mailfleet writes to."""

import pytest

from mailfleet.dns.delegation import check_delegation
from mailfleet.dns.lookup import Unanswered
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError

ZONE = ("example.com", "Z1")
OWN = RecordSet("example.com", "NS", ("ns-1.awsdns-1.com.", "ns-2.awsdns-2.net."))
RECORDS = {OWN.id: OWN}


@pytest.mark.parametrize(
    "live", [["NS-1.awsdns-1.com"], ["ns.elsewhere.example", "ns-2.awsdns-2.net"]]
)
def test_one_name_server_in_common_suffices(live: list[str]) -> None:
    assert check_delegation(*ZONE, RECORDS, lambda name, type_: live) is None


@pytest.mark.parametrize(
    ("live", "found"), [(["ns.x.example"], "ns.x.example"), ([], "no name servers")]
)
def test_a_zone_that_nobody_asks_is_refused(live: list[str], found: str) -> None:
    with pytest.raises(
        PlanError, match=rf"delegated to {found}, expected ns-1\.awsdns-1\.com, ns-2"
    ):
        check_delegation(*ZONE, RECORDS, lambda name, type_: live)


def test_silence_is_reported() -> None:
    def silent(name: str, type_: str) -> list[str]:
        raise Unanswered("DNS did not answer")

    note = check_delegation(*ZONE, RECORDS, silent)
    assert note == (
        "zone example.com: whether it is delegated to its name servers is unknown: DNS did not "
        "answer"
    )
