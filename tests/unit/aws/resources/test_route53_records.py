"""The calls that change a hosted zone, answered by hand."""

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from mailfleet.aws.domain_plan import DomainPlan, ZoneChanges
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.resources.route53_records import Route53Records, change_zone, in_sync
from mailfleet.aws.route53 import to_route53
from mailfleet.aws.wait_for_dns import Succeeds
from mailfleet.dns.changes import RecordChange
from mailfleet.dns.ownership import Ownership, digest
from mailfleet.dns.records import RecordSet
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Command, Failure, Local, Values

ZONE = HostedZone("Z1", "example.com")
OLD, NEW, OTHER = (RecordSet("example.com", "TXT", (f'"{n}"',)) for n in range(3))
CHANGES = ZoneChanges(ZONE, {OLD.id: OLD}, {"example.com": (RecordChange(OLD, NEW),)})


def answered(commands: Succeeds, *answers: Any) -> list[Any]:
    """The commands, where the calls among them are answered one after the other."""
    seen, left = [], list(answers)
    for command in commands:
        seen.append(command)
        if isinstance(command, AwsCall):
            command.answered, command.response = True, left.pop(0)
            command.error = None if command.response else "InvalidChangeBatch: ..."
    return seen


def test_the_undo_comes_before_the_change(tmp_path: Path) -> None:
    sent: list[str] = []
    undo, call = answered(change_zone(CHANGES, tmp_path, sent), {"ChangeInfo": {"Id": "C1"}})
    assert isinstance(undo, Local)
    assert call.operation == "ChangeResourceRecordSets"
    assert sent == ["C1"]


def test_a_refused_batch_is_explained_by_what_is_there_now(tmp_path: Path) -> None:
    seen = answered(change_zone(CHANGES, tmp_path, []), None, [to_route53(OTHER)])
    assert isinstance(seen[-1], Failure)
    assert 'was planned from 300 TXT "0", and is now 300 TXT "2"' in seen[-1].sentence
    seen = answered(change_zone(CHANGES, tmp_path, []), None, [to_route53(OLD)])
    assert seen[-1].sentence.endswith("nothing of this batch was written: InvalidChangeBatch: ...")


def test_a_batch_whose_answer_was_lost_is_done(tmp_path: Path) -> None:
    seen = answered(change_zone(CHANGES, tmp_path, []), None, [to_route53(NEW)])
    assert not any(isinstance(command, Failure) for command in seen)


@pytest.mark.parametrize(("statuses", "calls"), [(["INSYNC"], 1), (["PENDING"], 2)])
def test_pending_changes_are_waited_for(statuses: list[str], calls: int) -> None:
    seen = answered(in_sync(ZONE, ["C1"], 0), *({"ChangeInfo": {"Status": s}} for s in statuses))
    assert len(seen) == calls
    assert [c.sentence for c in seen if isinstance(c, Failure)] == [
        "pending: after 0 s Route 53 says that the changes of example.com are PENDING, expected "
        "INSYNC: run the deploy again, it goes on from there"
    ] * (calls - 1)


def test_the_operation_itself_refuses_to_turn_much_of_a_zone_over() -> None:
    """Whatever made it: with -y nobody looks at the plan."""
    sets = [RecordSet(f"{n}.example.com", "CNAME", ("x.example.",)) for n in range(20)]
    ours = Ownership({record.id: digest(record) for record in sets}).record("example.com")
    zone = {record.id: record for record in (*sets, ours)}
    domain = DomainPlan("example.com", ZONE, zone, remove=True)

    def commands(many_changes: bool) -> list[Command]:
        run = Route53Records([domain], "undo", many_changes, 1)._change(Values())
        return list(islice(run, 1))

    (refusal,) = commands(many_changes=False)
    assert isinstance(refusal, Failure)
    assert "21 of its 21 record sets would be changed or deleted" in refusal.sentence
    assert isinstance(commands(many_changes=True)[0], Local)
