"""AWS and DNS have what the policy's domains need."""

from dns.resolver import Resolver

from mailfleet.aws.account import read_sender
from mailfleet.policy import Mail
from mailfleet.ses.domains import SendingDomain, desired_records
from mailfleet.ses.identity import dkim_records
from mailfleet.ses.sender import POLICY_DOCUMENT
from tests.verify.fleet import Fleet


def test_the_identity_is_verified(domain: SendingDomain) -> None:
    identity = domain.identity
    assert identity is not None, f"SES has no identity {domain.name} in {domain.region}"
    assert identity.verified, f"{domain.name} is {identity.shown_status}, expected SUCCESS"


def test_the_records_are_in_route_53(domain: SendingDomain) -> None:
    missing = [change.after.id for change in domain.record_changes]
    assert not missing, f"missing or different: {', '.join(missing)}"


def test_the_records_resolve(fleet: Fleet, domain: SendingDomain) -> None:
    """What the world sees, not what Route 53 holds: a zone may be delegated elsewhere."""
    for record in desired_records(domain):
        answer = fleet.resolver.resolve(record.name, record.type)
        assert sorted(value.to_text() for value in answer) == list(record.values), record.id


def test_receivers_find_a_key_to_verify_with(fleet: Fleet, domain: SendingDomain) -> None:
    """RFC 6376 section 3.6.1: the TXT record at the end of the CNAME holds p=."""
    for record in dkim_records(domain.name, domain.identity):
        assert "p=" in _text(fleet.resolver, record.name), record.name


def test_the_sender_may_send_and_nothing_else(fleet: Fleet, mail: Mail) -> None:
    for ses in mail.ses:
        sender = read_sender(fleet.account, mail, ses)
        assert sender.policy == POLICY_DOCUMENT, "the IAM user's policy was changed"
        assert sender.credential is not None, "the stored credential's key is gone or inactive"
        assert not sender.orphans, f"keys that nobody uses: {[k.id for k in sender.orphans]}"


def _text(resolver: Resolver, name: str) -> str:
    return "".join(value.to_text() for value in resolver.resolve(name, "TXT"))
