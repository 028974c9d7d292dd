"""Whatever is in the zone: one apply converges, and nothing of anybody else's differs."""

from hypothesis import given
from hypothesis import strategies as st

from mailfleet.aws.route53 import batches
from mailfleet.dns.changes import RecordChange, plan_records, unlisted
from mailfleet.dns.ownership import Ownership, digest
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError

DOMAIN = "example.com"
labels = st.sampled_from(["a", "b", "c", "d"])
values = st.sampled_from(["x.example.net.", "y.example.net.", "z.example.net."])
ttls = st.sampled_from([60, 300])


def record_sets(type_: str, prefix: str) -> st.SearchStrategy[RecordSet]:
    return st.builds(
        lambda label, value, ttl: RecordSet(f"{label}.{prefix}.{DOMAIN}", type_, (value,), ttl),
        labels, values, ttls,
    )  # fmt: skip


def by_id(records: list[RecordSet]) -> dict[str, RecordSet]:
    return {record.id: record for record in records}


def apply(zone: dict[str, RecordSet], changes: tuple[RecordChange, ...]) -> dict[str, RecordSet]:
    """What Route 53 does with the batches, refusing what it would refuse."""
    after = dict(zone)
    for batch in batches([changes]):
        for change in batch:
            if change.before:
                assert after.pop(change.before.id) == change.before
            if change.after:
                assert change.id not in after
                after[change.id] = change.after
    return after


@given(
    desired=st.lists(record_sets("CNAME", "_domainkey"), max_size=4).map(by_id),
    ours=st.lists(record_sets("CNAME", "_domainkey"), max_size=4).map(by_id),
    foreign=st.lists(
        record_sets("CNAME", "_domainkey") | record_sets("TXT", "_domainkey")
        | record_sets("TXT", "www"), max_size=6,
    ).map(by_id),
)  # fmt: skip
def test_one_apply_converges_or_is_refused_whole(
    desired: dict[str, RecordSet], ours: dict[str, RecordSet], foreign: dict[str, RecordSet]
) -> None:
    foreign = {id: record for id, record in foreign.items() if id not in ours}
    ownership = Ownership({id: digest(record) for id, record in ours.items()}).record(DOMAIN)
    zone = {**foreign, **ours, **({ownership.id: ownership} if ours else {})}
    try:
        changes = plan_records(DOMAIN, desired.values(), zone)
    except PlanError:
        return
    after = apply(zone, changes)
    assert plan_records(DOMAIN, desired.values(), after) == ()
    assert all(after[id] == record for id, record in desired.items())
    assert all(after[id] == record for id, record in foreign.items())


@given(
    ours=st.lists(record_sets("CNAME", "_domainkey"), max_size=4).map(by_id),
    now=st.lists(record_sets("CNAME", "_domainkey"), max_size=4).map(by_id),
    foreign=st.lists(record_sets("TXT", "www"), max_size=6).map(by_id),
)
def test_an_absent_domain_leaves_what_is_not_as_we_wrote_it(
    ours: dict[str, RecordSet], now: dict[str, RecordSet], foreign: dict[str, RecordSet]
) -> None:
    """`ours` is what we wrote, `now` what is there of it and of others beside it."""
    claims = Ownership({id: digest(record) for id, record in ours.items()}).record(DOMAIN)
    zone = {**foreign, **now, **({claims.id: claims} if ours else {})}
    changes = plan_records(DOMAIN, [], zone, remove=unlisted(DOMAIN, [], zone))
    left = {id: record for id, record in now.items() if ours.get(id) != record}
    assert apply(zone, changes) == {**foreign, **left}
