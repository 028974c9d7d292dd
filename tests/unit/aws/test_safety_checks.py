"""What is looked at before a plan is shown."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.resources.route53_records import Route53Records
from mailfleet.aws.safety_checks import safety_checks
from mailfleet.dns.desired import DesiredRecords
from mailfleet.dns.ownership import Ownership, digest
from mailfleet.dns.records import RecordSet
from mailfleet.plan.engine import Plan
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Dmarc

SERVERS = RecordSet("example.com", "NS", ("ns-1.awsdns-1.com.",))


def sending(desired: DesiredRecords, *records: RecordSet, name: str = "example.com") -> DomainPlan:
    """A domain that SES does not serve."""
    zone = {record.id: record for record in (SERVERS, *records)}
    return DomainPlan(name, HostedZone("Z1", "example.com"), zone, desired=desired)


class Dns:
    """Answers with the zone's name servers, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, name: str, type_: str) -> Sequence[str]:
        self.asked.append((name, type_))
        return ["ns-1.awsdns-1.com"] if type_ == "NS" else []


def nobody(zone: HostedZone) -> Collection[str]:
    """No record set is protected."""
    return []


def test_without_changes_dns_is_not_asked() -> None:
    dns = Dns()
    assert safety_checks([sending(DesiredRecords())], dns, nobody).notes == ()
    assert dns.asked == []


def test_a_zone_is_asked_about_once() -> None:
    dns = Dns()
    names = ("example.com", "lists.example.com")
    safety_checks(
        [sending(DesiredRecords(dmarc=Dmarc()), name=name) for name in names], dns, nobody
    )
    assert dns.asked == [("example.com", "NS")]


def test_the_total_is_that_of_the_dearest_record() -> None:
    one, two = (sending(DesiredRecords(spf=spf)) for spf in (("a",), ("a", "a:x.example")))
    assert safety_checks([one, two], Dns(), nobody).total == "SPF 2/10 lookups"


def test_delegation_can_be_left_out() -> None:
    domain = sending(DesiredRecords(dmarc=Dmarc()))
    with pytest.raises(PlanError, match="delegated to no name servers"):
        safety_checks([domain], lambda name, type_: [], nobody)
    assert safety_checks([domain], lambda name, type_: [], nobody, delegation=False).notes == ()


def test_what_only_goes_need_not_be_delegated() -> None:
    record = RecordSet("x.example.com", "CNAME", ("y.example.",))
    ours = Ownership({record.id: digest(record)}).record("example.com")
    leaving = replace(sending(DesiredRecords(), record, ours), remove=True)
    assert [change.action for change in leaving.record_changes] == ["delete", "delete"]
    assert safety_checks([leaving], lambda name, type_: [], nobody).notes == ()


def test_a_protected_record_set_that_would_change_is_refused() -> None:
    domain = sending(DesiredRecords(dmarc=Dmarc()))
    safety_checks([domain], Dns(), lambda zone: ["TXT www.example.com"])
    with pytest.raises(
        PlanError, match=r"TXT _dmarc\.example\.com would change, and has a record set"
    ):
        safety_checks([domain], Dns(), lambda zone: ["TXT _dmarc.example.com"])
    (note,) = safety_checks([domain], Dns(), lambda zone: None).notes
    assert "ListResourceRecordSetProtections" in note


def test_a_domain_that_ses_does_not_serve_has_no_identity_in_its_plan() -> None:
    domain = sending(DesiredRecords(dkim={"s1._domainkey": "s1.x.example"}))
    assert domain.unverified == ()
    records = [Route53Records([domain], "undo", False, 1)]
    plan = [(change.kind, change.id) for change in Plan("@aws", records).changes]
    assert plan == [
        ("dns record", "CNAME s1._domainkey.example.com"),
        ("dns record", "TXT _mailfleet.example.com"),
    ]
