"""What Route 53 takes as a value.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Zone


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        ("TXT", "v=spf1 -all", "InvalidCharacterString (Value should be enclosed in quotation"),
        ("TXT", '"v=spf1', "InvalidCharacterString"),
        ("TXT", '"' + "x" * 256 + '"', "CharacterStringTooLong (Value is too long)"),
        ("TXT", " ".join(['"' + "x" * 250 + '"'] * 17), "CharacterStringTooLong"),
        ("A", "192.0.2.256", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
        ("AAAA", "192.0.2.1", "AAAARRDATAIllegalIPv6Address"),
        ("MX", "feedback-smtp.us-east-1.amazonses.com", "MXRRDATANotTwoFields"),
        ("CNAME", "a..b", "CNAMERRDATAUnparsable"),
    ],
)
def test_bad_values_are_refused(zone: Zone, type_: str, value: str, reason: str) -> None:
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry("UPSERT", "x.example.com", type_, value))
    assert caught.value.response["Error"]["Code"] == "InvalidChangeBatch"
    assert reason in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("TXT", '"v=spf1 include:amazonses.com -all"'),
        ("TXT", '"' + "x" * 255 + '" "' + "y" * 255 + '"'),
        ("TXT", r'"say \"yes\" \303\244"'),
        ("MX", "10 feedback-smtp.us-east-1.amazonses.com"),
        ("AAAA", "2001:db8::1"),
        ("CAA", '0 issue "amazon.com"'),
        ("SRV", "1 10 5269 xmpp.example.com."),
    ],
)
def test_good_values_come_back_as_given(zone: Zone, type_: str, value: str) -> None:
    zone.change(zone.entry("CREATE", "x.example.com", type_, value))
    assert zone.records()["x.example.com.", type_] == {
        "Name": "x.example.com.",
        "Type": type_,
        "TTL": 300,
        "ResourceRecords": [{"Value": value}],
    }


def test_a_value_comes_once(zone: Zone) -> None:
    with pytest.raises(ClientError, match=r"Duplicate Resource Record: '192\.0\.2\.1'"):
        zone.change(zone.entry("CREATE", "x.example.com", "A", "192.0.2.1", "192.0.2.1"))


def test_a_cname_has_one_value(zone: Zone) -> None:
    with pytest.raises(ClientError, match="one value only"):
        zone.change(zone.entry("CREATE", "x.example.com", "CNAME", "a.example", "b.example"))


@pytest.mark.parametrize(
    "name", ["a..example.com", "x" * 64 + ".example.com", "x." * 125 + "example.com"]
)
def test_bad_names_are_refused(zone: Zone, name: str) -> None:
    """RFC 1035 2.3.4"""
    with pytest.raises(ClientError, match="InvalidChangeBatch"):
        zone.change(zone.entry("CREATE", name, "A", "192.0.2.1"))


def test_alias_and_weighted_sets_are_kept_whole(zone: Zone) -> None:
    """Records that we never write, but meet in other people's zones."""
    alias = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": "d1.cloudfront.net.",
        "EvaluateTargetHealth": False,
    }
    weighted = zone.entry("CREATE", "w.example.com", "A", "192.0.2.1")
    weighted["ResourceRecordSet"] |= {"SetIdentifier": "one", "Weight": 10}
    aliased = {"Name": "example.com.", "Type": "A", "AliasTarget": alias}
    zone.change({"Action": "CREATE", "ResourceRecordSet": aliased}, weighted)
    assert zone.records()["example.com.", "A"] == aliased
    assert zone.records()["w.example.com.", "A"]["Weight"] == 10
    zone.change({"Action": "DELETE", "ResourceRecordSet": aliased})


def test_characters_outside_host_names_come_back_escaped(zone: Zone) -> None:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"""
    zone.change(zone.entry("CREATE", "*.example.com", "A", "192.0.2.1"))
    assert ("\\052.example.com.", "A") in zone.records()
    zone.change(zone.entry("DELETE", "*.example.com", "A", "192.0.2.1"))
