"""Which identity counts for a From address: the most specific one, and it alone."""

from dataclasses import replace

from mailfleet.aws.effective import addresses_under, covering, effective, shadow_notes
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.aws.notifications import Notifications

MAIL_FROM = MailFrom("ses.example.com")
DOMAIN = Identity(
    ("a", "b", "c"), "dkim.amazonses.com", "SUCCESS", "SUCCESS",
    mail_from_status="SUCCESS", settings=Settings(MAIL_FROM, "set", "fleet"),
)  # fmt: skip
ADDRESS = Identity((), "", "SUCCESS", "NOT_STARTED", signing=False)
FROM = "noreply@mail.example.com"


def test_the_address_comes_before_subdomain_and_domain() -> None:
    assert covering("NoReply@Mail.Example.com") == (
        "NoReply@mail.example.com",
        "mail.example.com",
        "example.com",
    )


def test_a_domain_counts_for_all_below_it() -> None:
    found = effective(FROM, {"example.com": DOMAIN})
    assert found is not None
    assert (found.name, found.overridden) == ("example.com", ())
    assert (found.signed_by, found.mail_from) == ("example.com", "ses.example.com")


def test_a_subdomain_overrides_its_parent_even_unverified() -> None:
    pending = replace(DOMAIN, dkim_status="PENDING", mail_from_status="PENDING")
    found = effective(FROM, {"example.com": DOMAIN, "mail.example.com": pending})
    assert found is not None
    assert (found.name, found.overridden) == ("mail.example.com", ("example.com",))
    assert (found.signed_by, found.mail_from) == (None, "amazonses.com")


def test_an_address_overrides_all_and_inherits_nothing_but_the_key() -> None:
    found = effective(FROM, {"example.com": DOMAIN, FROM: ADDRESS})
    assert found is not None
    assert (found.name, found.signed_by, found.mail_from) == (FROM, None, "amazonses.com")
    signing = replace(ADDRESS, signing=True)
    found = effective(FROM, {"example.com": DOMAIN, FROM: signing})
    assert found is not None
    assert found.signed_by == "example.com"


def test_without_an_identity_nothing_counts() -> None:
    assert effective(FROM, {"example.net": DOMAIN, "x@mail.example.com": ADDRESS}) is None


def test_addresses_of_the_policys_domains_are_known() -> None:
    names = ["example.com", "b@example.com", "a@mail.example.com", "x@example.net"]
    assert addresses_under(["example.com"], names) == ("a@mail.example.com", "b@example.com")


def test_an_address_with_other_settings_is_warned_of() -> None:
    """The story of mail that went to spam: "Amazon SES with Rails"."""
    desired = {"example.com": Settings(MAIL_FROM, None, "fleet")}
    (note,) = shadow_notes("us-east-1", desired, {FROM: ADDRESS}, {})
    assert f"{FROM} is an SES identity of its own in us-east-1 and overrides example.com" in note
    assert "no DKIM signature of the domain, MAIL FROM amazonses.com, not ses.example.com" in note


def test_an_address_with_the_same_settings_is_not() -> None:
    same = replace(ADDRESS, signing=True, settings=Settings(MAIL_FROM))
    desired = {"example.com": Settings(MAIL_FROM, None, "fleet")}
    assert list(shadow_notes("us-east-1", desired, {FROM: same}, {})) == []
    assert list(shadow_notes("us-east-1", desired, {"x@example.net": ADDRESS}, {})) == []


def test_topics_are_compared_when_they_were_read() -> None:
    desired, address = {"example.com": Settings()}, replace(ADDRESS, signing=True)
    topics = {"example.com": Notifications(bounce="arn:b", forwarding=False)}
    assert list(shadow_notes("us-east-1", desired, {FROM: address}, topics)) == []
    topics[FROM] = Notifications(delivery="arn:d")
    (note,) = shadow_notes("us-east-1", desired, {FROM: address}, topics)
    assert (
        "its mail has bounce topic none, not arn:b, delivery topic arn:d, not none, feedback by "
        "mail on;"
    ) in note


def test_a_configuration_set_is_compared_when_it_was_looked_at() -> None:
    desired = {"example.com": Settings(None, "set", "fleet")}
    address = replace(ADDRESS, signing=True)
    (note,) = shadow_notes("us-east-1", desired, {FROM: address}, {})
    assert "configuration set none, not set" in note
    batch_read = replace(address, complete=False)
    assert list(shadow_notes("us-east-1", desired, {FROM: batch_read}, {})) == []
