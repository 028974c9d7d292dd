"""ChangeResourceRecordSets as AWS does it.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone


def refusal(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


def test_a_batch_is_all_or_nothing(zone: Zone) -> None:
    """ "Either all the changes are made or none." """
    zone.change(zone.entry("CREATE", "a.example.com", "A", "192.0.2.1"))
    with pytest.raises(ClientError):
        zone.change(
            zone.entry("CREATE", "b.example.com", "A", "192.0.2.2"),
            zone.entry("CREATE", "a.example.com", "A", "192.0.2.2"),
        )
    assert ("b.example.com.", "A") not in zone.records()


def test_create_of_what_exists_is_refused(zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "x.example.com", "CNAME", "y.example.com"))
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry("CREATE", "X.Example.com.", "CNAME", "y.example.com"))
    assert refusal(caught.value) == (
        "InvalidChangeBatch: [Tried to create resource record set "
        "[name='x.example.com.', type='CNAME'] but it already exists]"
    )


@pytest.mark.parametrize(
    ("values", "ttl"), [(["192.0.2.1"], 60), (["192.0.2.1", "192.0.2.2"], 300), ([], 300)]
)
def test_delete_needs_ttl_and_values_to_the_letter(zone: Zone, values: list[str], ttl: int) -> None:
    """ "specify all of the values exactly as they appear" """
    zone.change(zone.entry("CREATE", "www.example.com", "A", "192.0.2.1", ttl=300))
    wrong = values or ["192.0.2.9"]
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry("DELETE", "www.example.com", "A", *wrong, ttl=ttl))
    assert refusal(caught.value) == (
        "InvalidChangeBatch: [Tried to delete resource record set "
        "[name='www.example.com.', type='A'] but the values provided do not match the current "
        "values]"
    )


def test_delete_of_nothing_is_refused(zone: Zone) -> None:
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry("DELETE", "www.example.com", "A", "192.0.2.1"))
    assert "but it was not found]" in refusal(caught.value)


def test_delete_takes_values_in_any_order_and_names_in_any_case(zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "www.example.com", "A", "192.0.2.1", "192.0.2.2"))
    zone.change(zone.entry("DELETE", "WWW.EXAMPLE.COM.", "A", "192.0.2.2", "192.0.2.1"))
    assert ("www.example.com.", "A") not in zone.records()


def test_compare_and_swap_in_one_batch(zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "example.com", "TXT", '"v=spf1 -all"'))
    zone.change(
        zone.entry("DELETE", "example.com", "TXT", '"v=spf1 -all"'),
        zone.entry("CREATE", "example.com", "TXT", '"v=spf1 mx -all"'),
    )
    values = zone.records()["example.com.", "TXT"]["ResourceRecords"]
    assert values == [{"Value": '"v=spf1 mx -all"'}]


def test_two_words_on_one_record_set_are_refused(zone: Zone) -> None:
    with pytest.raises(ClientError) as caught:
        zone.change(
            zone.entry("UPSERT", "www.example.com", "A", "192.0.2.1"),
            zone.entry("UPSERT", "www.example.com", "A", "192.0.2.2"),
        )
    assert refusal(caught.value) == (
        "InvalidChangeBatch: [The request contains an invalid set of changes for a resource "
        "record set 'A www.example.com.']"
    )


@pytest.mark.parametrize(("first", "second"), [("TXT", "CNAME"), ("CNAME", "TXT")])
def test_a_cname_stands_alone(zone: Zone, first: str, second: str) -> None:
    """RFC 1034 3.6.2"""
    value = {"TXT": '"text"', "CNAME": "other.example.com"}
    zone.change(zone.entry("CREATE", "x.example.com", first, value[first]))
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry("CREATE", "x.example.com", second, value[second]))
    assert "InvalidChangeBatch" in refusal(caught.value)
    assert "conflict" in refusal(caught.value)


def test_no_cname_at_the_apex(zone: Zone) -> None:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat"""
    with pytest.raises(ClientError, match="not permitted at apex in zone example"):
        zone.change(zone.entry("CREATE", "example.com", "CNAME", "other.example.net"))


def test_names_outside_the_zone_are_refused(zone: Zone) -> None:
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry("CREATE", "www.notexample.com", "A", "192.0.2.1"))
    assert refusal(caught.value) == (
        "InvalidChangeBatch: [RRSet with DNS name www.notexample.com. is not permitted in zone "
        "example.com.]"
    )


@pytest.mark.parametrize("type_", ["NS", "SOA"])
def test_the_zones_own_records_stay(zone: Zone, type_: str) -> None:
    own = zone.records()["example.com.", type_]
    values = [record["Value"] for record in own["ResourceRecords"]]
    with pytest.raises(ClientError, match="A HostedZone must contain"):
        zone.change(zone.entry("DELETE", "example.com", type_, *values, ttl=own["TTL"]))


@pytest.mark.parametrize(("action", "most"), [("CREATE", 1000), ("UPSERT", 500)])
def test_a_batch_holds_1000_records_and_upsert_counts_twice(
    zone: Zone, action: str, most: int
) -> None:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"""
    addresses = [f"10.0.{number // 256}.{number % 256}" for number in range(most + 1)]
    with pytest.raises(ClientError) as caught:
        zone.change(zone.entry(action, "www.example.com", "A", *addresses))
    assert refusal(caught.value).startswith("InvalidChangeBatch: [Number of records limit of 1000")
    zone.change(zone.entry(action, "www.example.com", "A", *addresses[:most]))


@pytest.mark.parametrize(("action", "sets"), [("CREATE", 128), ("UPSERT", 64)])
def test_a_batch_holds_32000_characters(zone: Zone, action: str, sets: int) -> None:
    text = '"' + "x" * 249 + '"'
    batch = [zone.entry(action, f"{n}.example.com", "TXT", text) for n in range(sets)]
    with pytest.raises(ClientError, match="limit of 32000 exceeded"):
        zone.change(*batch)
    zone.change(*batch[:-1])


def test_every_refused_change_is_named(zone: Zone) -> None:
    with pytest.raises(ClientError) as caught:
        zone.change(
            zone.entry("DELETE", "a.example.com", "A", "192.0.2.1"),
            zone.entry("DELETE", "b.example.com", "A", "192.0.2.1"),
        )
    assert "name='a.example.com.'" in refusal(caught.value)
    assert "name='b.example.com.'" in refusal(caught.value)


def test_a_change_is_pending_until_it_is_in_sync(zone: Zone, aws: Aws) -> None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html"""
    made = zone.change(zone.entry("CREATE", "www.example.com", "A", "192.0.2.1"))["ChangeInfo"]
    assert made["Status"] == "PENDING"
    assert zone.client.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    aws.faults.set({"pending": 3600})
    assert zone.client.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"
    with pytest.raises(zone.client.exceptions.NoSuchChange):
        zone.client.get_change(Id="C123")


def test_a_protected_record_set_fails_the_whole_batch(zone: Zone) -> None:
    """ "Protected Resource Record Sets": create, update and delete, until it is deleted."""
    protection = {"RecordName": "WWW.example.com", "RecordType": "A"}
    ask = {"HostedZoneId": zone.id, "Protections": [protection | {"Comment": "ask ops"}]}
    zone.client.create_resource_record_set_protections(**ask)
    with pytest.raises(zone.client.exceptions.ProtectionAlreadyExists):
        zone.client.create_resource_record_set_protections(**ask)
    listed = zone.client.list_resource_record_set_protections(HostedZoneId=zone.id)
    assert listed["ResourceRecordSetProtections"] == [
        {"RecordName": "www.example.com.", "RecordType": "A", "Comment": "ask ops"}
    ]
    batch = [
        zone.entry("CREATE", "www.example.com", "TXT", '"text"'),
        zone.entry("CREATE", "www.example.com", "A", "192.0.2.1"),
    ]
    with pytest.raises(ClientError, match=r"InvalidChangeBatch.*type='A'.*ask ops"):
        zone.change(*batch)
    assert ("www.example.com.", "TXT") not in zone.records()
    zone.client.delete_resource_record_set_protections(
        HostedZoneId=zone.id, Protections=[protection]
    )
    zone.change(*batch)


def test_an_unknown_zone(aws: Aws) -> None:
    route53 = aws.client("route53")
    with pytest.raises(route53.exceptions.NoSuchHostedZone):
        route53.list_resource_record_sets(HostedZoneId="Z123")
