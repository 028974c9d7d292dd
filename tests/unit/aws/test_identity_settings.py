"""MAIL FROM domain, configuration set and owner: what is desired, shown, and put into DNS."""

from dataclasses import replace

from mailfleet.aws.dkim import DEFAULT
from mailfleet.aws.identity_settings import (
    MailFrom,
    Settings,
    desired_settings,
    mail_from_records,
    resulting_settings,
)
from mailfleet.policy import Address, Domain, Mail, Ses

SES = Ses("eu-west-1")
DOMAIN = Domain("example.com")
MAIL = Mail(domains=[DOMAIN], providers=[SES], fleet="fleet")
MAIL_FROM = MailFrom("ses-eu-west-1.example.com")


def test_a_domain_has_a_mail_from_domain_of_its_own_in_each_region() -> None:
    assert desired_settings(DOMAIN, SES, MAIL) == Settings(MAIL_FROM, None, "fleet", DEFAULT)
    assert DOMAIN.mail_from_in("us-east-1") == "ses-us-east-1.example.com"


def test_none_switches_it_off() -> None:
    assert desired_settings(Domain("example.com", mail_from=None), SES, MAIL).mail_from is None


def test_the_domains_configuration_set_comes_before_the_regions() -> None:
    ses = Ses("eu-west-1", configuration_set="all")
    assert desired_settings(DOMAIN, ses, MAIL).configuration_set == "all"
    own = Domain("example.com", configuration_set="own")
    assert desired_settings(own, ses, MAIL).configuration_set == "own"


def test_an_address_has_its_domains_settings() -> None:
    domain = Domain("example.com", configuration_set="bulk")
    mail = Mail(domains=[domain], providers=[SES], fleet="fleet")
    bills = Address("bills@example.com")
    stamp = Settings(configuration_set="bulk").digest
    assert desired_settings(bills, SES, mail) == Settings(MAIL_FROM, "bulk", "fleet", stamp=stamp)
    own = Address("bills@example.com", configuration_set="own")
    assert desired_settings(own, SES, mail).configuration_set == "own"
    elsewhere = Address("ops@example.org")
    assert desired_settings(elsewhere, SES, mail) == Settings(None, None, "fleet")


def test_a_configuration_set_that_the_policy_does_not_name_stays() -> None:
    found = Settings(None, "theirs", "fleet")
    desired = Settings(MAIL_FROM, None, "fleet")
    assert resulting_settings(found, desired, adopt=False) == Settings(MAIL_FROM, "theirs", "fleet")


def test_the_stamp_tells_of_what_is_read_one_by_one_and_of_nothing_else() -> None:
    stamp = Settings(MAIL_FROM, "bulk", "fleet").digest
    assert stamp == Settings(None, "bulk").digest != Settings(None, "other").digest
    assert Settings(MAIL_FROM, None, "fleet").digest is None


def test_only_an_identity_of_ours_is_stamped() -> None:
    ours, theirs = Settings(None, "bulk", "fleet"), Settings(None, "bulk")
    desired = replace(ours, stamp=ours.digest)
    assert resulting_settings(ours, desired, adopt=False) == desired
    assert resulting_settings(theirs, desired, adopt=False) == theirs
    assert resulting_settings(theirs, desired, adopt=True) == desired


def test_a_stamp_stays_with_the_configuration_set_that_stays() -> None:
    found = Settings(None, "bulk", "fleet", stamp=Settings(None, "bulk").digest)
    assert resulting_settings(found, Settings(None, None, "fleet"), adopt=False) == found


def test_only_adopting_changes_the_owner() -> None:
    found, desired = Settings(), Settings(None, None, "fleet")
    assert resulting_settings(found, desired, adopt=False).fleet is None
    assert resulting_settings(found, desired, adopt=True).fleet == "fleet"


def test_settings_are_shown_one_a_line() -> None:
    settings = Settings(MailFrom("m.example.com", "REJECT_MESSAGE", failed=True), "set", "fleet")
    assert settings.text.splitlines() == [
        "MAIL FROM: m.example.com (FAILED)",
        "on MX failure: REJECT_MESSAGE",
        "configuration set: set",
        "tag mailfleet: fleet",
    ]
    assert Settings().text == ""


def test_a_mail_from_domain_has_exactly_one_mx_and_an_spf_record() -> None:
    mx, spf = mail_from_records("eu-west-1", MAIL_FROM)
    assert mx.id == "MX ses-eu-west-1.example.com"
    assert mx.values == ("10 feedback-smtp.eu-west-1.amazonses.com.",)
    assert spf.id == "TXT ses-eu-west-1.example.com"
    assert spf.values == ('"v=spf1 include:amazonses.com ~all"',)
    assert mail_from_records("eu-west-1", None) == ()
