"""The plan of a domain: its identities, then its records."""

from dataclasses import replace

from mailfleet.aws.dkim import DEFAULT
from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.aws.resources.email_identity import EmailIdentity
from mailfleet.aws.resources.route53_records import Route53Records
from mailfleet.dns.ownership import Ownership, digest
from mailfleet.dns.records import RecordSet
from mailfleet.plan.change import Change
from mailfleet.plan.engine import Plan
from mailfleet.plan.resource import Values

REGIONS = ("eu-west-1", "us-east-1")


def identity(region: str, found: Identity | None = None) -> IdentityPlan:
    desired = Settings(MailFrom(f"ses-{region}.example.com"), None, "fleet", DEFAULT)
    return IdentityPlan("example.com", region, found, desired)


def domain(*identities: IdentityPlan) -> DomainPlan:
    records: dict[str, RecordSet] = {}
    return DomainPlan("example.com", HostedZone("Z1", "example.com"), records, identities)


def changes_of_domain(plan: DomainPlan) -> list[Change]:
    identities = (EmailIdentity(identity, "fleet", "", plan.name) for identity in plan.identities)
    return Plan("@aws", [*identities, Route53Records([plan], "undo", False, 1)]).changes


def known(identity: IdentityPlan) -> Values:
    values = Values()
    values.learn(identity)
    return values


def easy(*tokens: str) -> Identity:
    return Identity(tokens, "dkim.amazonses.com")


def test_the_mail_from_records_stand_beside_the_dkim_records() -> None:
    ids = [
        record.id for record in domain(identity("us-east-1", easy("a", "b", "c"))).desired_records
    ]
    assert ids[3:] == ["MX ses-us-east-1.example.com", "TXT ses-us-east-1.example.com"]


def test_each_region_has_an_identity_and_records_of_its_own() -> None:
    changes = changes_of_domain(domain(*(identity(region) for region in REGIONS)))
    identities = [change.id for change in changes if change.kind == "identity"]
    assert identities == ["eu-west-1/example.com", "us-east-1/example.com"]
    ids = [change.id for change in changes if change.kind == "dns record"]
    assert len(ids) == len(set(ids)) == 2 * (3 + 2) + 1


def test_what_two_regions_share_is_written_once() -> None:
    shared = domain(*(identity(region, easy("a", "b", "c")) for region in REGIONS))
    assert [record.type for record in shared.desired_records].count("CNAME") == 3


def test_once_made_an_identity_tells_its_records() -> None:
    created = identity("us-east-1").created(easy("a", "b", "c"))
    made = domain(*(identity(region) for region in REGIONS)).updated(known(created))
    assert [identity.found is None for identity in made.identities] == [True, False]
    assert "CNAME a._domainkey.example.com" in [record.id for record in made.desired_records]


def test_unverified_are_the_regions_that_do_not_send_yet() -> None:
    verified = Identity(("a",), "dkim.amazonses.com", status="SUCCESS", dkim_status="SUCCESS")
    found = domain(identity("eu-west-1", verified), identity("us-east-1"))
    assert [identity.region for identity in found.unverified] == ["us-east-1"]


def test_nothing_is_removed_before_ses_has_found_what_is_new() -> None:
    """In the plan, and also when the plan is carried out and SES has just made its identity."""
    former = RecordSet("x._domainkey.example.com", "CNAME", ("y.example.",))
    claims = Ownership({former.id: digest(former)}).record("example.com")
    records = {record.id: record for record in (former, claims)}
    verified = Identity(("a",), "dkim.amazonses.com", status="SUCCESS", dkim_status="SUCCESS")

    def leaving(identity: IdentityPlan) -> DomainPlan:
        return replace(domain(identity), records=records, remove=True)

    new = identity("us-east-1")
    settled = replace(new, desired=Settings(fleet="fleet"))
    settled = replace(settled, found=replace(verified, settings=settled.desired))
    assert leaving(settled).removed == {former.id}
    unsettled = leaving(new)
    assert unsettled.removed == frozenset()
    assert "stays until SES has found what is new" in "".join(unsettled.unlisted_notes)
    assert unsettled.updated(known(settled)).removed == frozenset()
