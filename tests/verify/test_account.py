"""AWS and DNS have what the policy's domains need."""

import pytest
from dns.resolver import Resolver

from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.read import read_smtp_user
from mailfleet.aws.reader import Reader
from mailfleet.aws.resources import ses_account
from mailfleet.aws.resources.kinds import read_resources
from mailfleet.dns.records import RecordSet
from mailfleet.dns.resolver import LiveDns
from mailfleet.dns.spf import merge, spf_texts
from mailfleet.dns.spf_lookups import cost
from mailfleet.dns.text import quoted
from mailfleet.plan.engine import Plan
from mailfleet.policy import Mail
from tests.verify.fleet import Fleet


def test_the_identity_is_verified(domain: DomainPlan) -> None:
    if not domain.identities:
        pytest.skip("SES does not send for this domain")
    for identity in domain.identities:
        assert identity.found is not None, f"SES has no identity {identity.id}"
        status = identity.found.shown_status
        assert identity.found.verified, f"{identity.id} is {status}, expected SUCCESS"


def test_the_records_are_in_route_53(domain: DomainPlan) -> None:
    missing = [change.id for change in domain.record_changes]
    assert not missing, f"missing or different: {', '.join(missing)}"


def test_the_records_resolve(fleet: Fleet, domain: DomainPlan) -> None:
    """What the world sees, not what Route 53 holds: a zone may be delegated elsewhere."""
    for record in domain.desired_records:
        answer = fleet.resolver.resolve(record.name, record.type)
        assert sorted(value.to_text() for value in answer) == list(record.values), record.name


def test_other_providers_are_authorised(fleet: Fleet, domain: DomainPlan) -> None:
    """RFC 7208: what receivers find lets every provider of the domain pass, and costs no more
    than they allow."""
    if not domain.desired.spf:
        pytest.skip("no provider of this domain asks for SPF terms")
    lookup = LiveDns(fleet.resolver)
    (text,) = spf_texts(lookup(domain.name, "TXT"))
    live = RecordSet(domain.name, "TXT", (quoted(text),))
    assert not merge(domain.name, live, domain.desired.spf, frozenset()).adds, text
    found = cost(domain.name, text, lookup)
    assert not found.fault, f"{found.fault}\n{found.tree}"


def test_receivers_find_a_key_to_verify_with(fleet: Fleet, domain: DomainPlan) -> None:
    """RFC 6376 section 3.6.1: the TXT record at the end of the CNAME holds p=."""
    for record in domain.desired_records:
        if "._domainkey." in record.name:
            assert "p=" in _text(fleet.resolver, record.name), record.name


def test_the_ses_account_sends_and_is_as_the_policy_says(fleet: Fleet, mail: Mail) -> None:
    reader = Reader(fleet.account, mail)
    for ses in mail.ses:
        (plan,) = ses_account.read(reader, ses)
        account = plan.found
        assert account.sending, f"sending from {ses.region} is paused"
        assert account.enforcement == "HEALTHY", f"{ses.region} is {account.enforcement}"
    changed = [change.id for change in Plan(fleet.account.name, read_resources(reader)).changes]
    assert not changed, f"not as the policy says: {', '.join(changed)}"


def test_the_sender_may_send_and_nothing_else(fleet: Fleet, mail: Mail) -> None:
    for ses in mail.ses:
        sender = read_smtp_user(fleet.account, mail, ses)
        assert sender.policy == sender.desired, "the IAM user's policy was changed"
        assert sender.credential is not None, "the stored credential's key is gone or inactive"
        assert not sender.rotating, "a rotation is under way: run rotate.py to finish it"
        assert not sender.orphans, f"keys that nobody uses: {[k.id for k in sender.orphans]}"


def _text(resolver: Resolver, name: str) -> str:
    return "".join(value.to_text() for value in resolver.resolve(name, "TXT"))
