"""When a batch read suffices, and when an identity must be read by itself."""

from dataclasses import replace
from typing import Any

import pytest

from mailfleet.aws.batch_read import common_signing_zone, from_batch_read, if_sufficient
from mailfleet.aws.dkim import DEFAULT, Dkim, dkim_records
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.dns.records import RecordSet

TOKENS = ("aaa", "bbb", "ccc")
DKIM = {"DkimEnabled": True, "DkimVerificationStatus": "Success", "DkimTokens": list(TOKENS)}
MAIL_FROM = {
    "MailFromDomain": "m.example.com",
    "MailFromDomainStatus": "Success",
    "BehaviorOnMXFailure": "UseDefaultValue",
}
STAMPED = Settings(None, "set").digest
TAGS = {"mailfleet": "fleet", "mailfleet-settings": str(STAMPED)}
FOUND = from_batch_read("SUCCESS", DKIM, MAIL_FROM, TAGS)
DESIRED = Settings(MailFrom("m.example.com"), "set", "fleet", stamp=STAMPED)


def zone(signing_zone: str = "dkim.amazonses.com") -> dict[str, RecordSet]:
    records = dkim_records("example.com", TOKENS, signing_zone)
    return {record.id: record for record in records}


def look(
    found: Identity = FOUND,
    desired: Settings = DESIRED,
    records: dict[str, RecordSet] | None = None,
) -> Identity | None:
    zone_ = zone() if records is None else records
    return if_sufficient(found, "example.com", "eu-south-1", desired, zone_)


def test_a_verified_domain_with_its_records_needs_no_call_of_its_own() -> None:
    assert look() == replace(FOUND, signing_zone="dkim.amazonses.com")
    assert not FOUND.complete


def test_the_records_show_a_regions_own_signing_zone() -> None:
    found = look(records=zone("dkim.eu-south-1.amazonses.com"))
    assert found is not None
    assert found.signing_zone == "dkim.eu-south-1.amazonses.com"


@pytest.mark.parametrize(
    "arguments",
    [
        {"found": replace(FOUND, settings=replace(FOUND.settings, fleet=None))},
        {"found": replace(FOUND, settings=replace(FOUND.settings, stamp=None))},
        {"desired": replace(DESIRED, fleet="another")},
        {"desired": replace(DESIRED, stamp=Settings(None, "other").digest)},
        {"desired": replace(DESIRED, mail_from=None)},
        {"desired": replace(DESIRED, mail_from=MailFrom("n.example.com"))},
        {"desired": replace(DESIRED, mail_from=MailFrom("m.example.com", "REJECT_MESSAGE"))},
        {"found": replace(FOUND, status="PENDING")},
        {"found": replace(FOUND, dkim_status="TEMPORARY_FAILURE")},
        {"records": {}},
    ],
)
def test_otherwise_it_is_read_completely(arguments: dict[str, Any]) -> None:
    assert look(**arguments) is None


def keyed(dkim: Dkim, found: Identity = FOUND, inherits: bool = False) -> Identity | None:
    """What a batch read of the identity is worth when the policy asks for these keys."""
    key = Dkim("EXTERNAL", selector="mf1", public="MIIB").record("example.com")
    records = {**zone(), key.id: key}
    desired = replace(DESIRED, dkim=dkim)
    return if_sufficient(found, "example.com", "eu-south-1", desired, records, inherits)


def test_tokens_tell_whose_keys_an_identity_signs_with() -> None:
    own = Dkim("EXTERNAL", selector="mf1", public="MIIB")
    with_own = replace(FOUND, tokens=("mf1",))
    assert keyed(own, with_own) == with_own
    assert keyed(DEFAULT, with_own) is None
    assert keyed(own) is None
    assert keyed(replace(own, public="MIIC"), with_own) is None
    assert keyed(Dkim("EXTERNAL", selector="mf2"), with_own) is None
    replica = Dkim("AWS_SES_US_EAST_1")
    assert keyed(replica, inherits=True) == FOUND
    assert keyed(replica) is None
    assert keyed(DEFAULT) is not None
    assert keyed(DEFAULT, inherits=True) is None
    assert keyed(Dkim(key_length="RSA_1024_BIT")) is None


def test_signing_that_is_off_is_read_whole() -> None:
    assert look(from_batch_read("SUCCESS", {**DKIM, "DkimEnabled": False}, MAIL_FROM, TAGS)) is None


def test_a_stamp_of_what_the_policy_no_longer_asks_for_does_not_matter() -> None:
    assert look(desired=replace(DESIRED, configuration_set=None, stamp=None)) is not None


def test_a_failed_mail_from_domain_is_read_whole() -> None:
    found = from_batch_read("SUCCESS", DKIM, {**MAIL_FROM, "MailFromDomainStatus": "Failed"}, TAGS)
    assert look(found) is None


@pytest.mark.parametrize(
    "signing_zone",
    ["dkim.example.net", "dkim.us-east-1.amazonses.com", "xdkim.amazonses.com", "amazonses.com"],
)
def test_records_that_point_elsewhere_tell_nothing(signing_zone: str) -> None:
    assert common_signing_zone(TOKENS, "example.com", "eu-south-1", zone(signing_zone)) is None


def test_records_that_disagree_tell_nothing() -> None:
    other = zone("dkim.eu-south-1.amazonses.com")
    mixed = {**zone(), **dict([other.popitem()])}
    assert common_signing_zone(TOKENS, "example.com", "eu-south-1", mixed) is None
    assert common_signing_zone((), "example.com", "eu-south-1", zone()) is None


def test_the_words_of_v1_are_those_of_v2() -> None:
    attributes = {**MAIL_FROM, "MailFromDomainStatus": "TemporaryFailure"}
    attributes["BehaviorOnMXFailure"] = "RejectMessage"
    found = from_batch_read(
        "SUCCESS", {**DKIM, "DkimVerificationStatus": "NotStarted"}, attributes, {}
    )
    assert (found.dkim_status, found.mail_from_status) == ("NOT_STARTED", "TEMPORARY_FAILURE")
    assert found.settings.mail_from == MailFrom("m.example.com", "REJECT_MESSAGE")


def test_an_identity_without_a_mail_from_domain() -> None:
    found = from_batch_read("SUCCESS", DKIM, {"BehaviorOnMXFailure": "UseDefaultValue"}, {})
    assert found.settings.text == ""
