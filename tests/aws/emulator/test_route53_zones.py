"""Hosted zones, and how zones and records are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone


def test_a_new_zone_has_four_name_servers_and_its_own_records(aws: Aws) -> None:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html"""
    route53 = aws.client("route53")
    made = route53.create_hosted_zone(Name="Example.COM", CallerReference="1")
    zone = made["HostedZone"]
    assert zone["Name"] == "example.com."
    assert zone["Id"].startswith("/hostedzone/Z")
    servers = made["DelegationSet"]["NameServers"]
    listed = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    assert [(found["Type"], found["TTL"]) for found in listed] == [("NS", 172800), ("SOA", 900)]
    assert [found["Value"] for found in listed[0]["ResourceRecords"]] == [
        f"{server}." for server in servers
    ]
    assert len(servers) == 4
    assert route53.get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"] == servers


def test_a_caller_reference_counts_once_a_name_may_repeat(aws: Aws) -> None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"""
    route53 = aws.client("route53")
    route53.create_hosted_zone(Name="example.com", CallerReference="1")
    with pytest.raises(route53.exceptions.HostedZoneAlreadyExists):
        route53.create_hosted_zone(Name="example.com", CallerReference="1")
    route53.create_hosted_zone(
        Name="example.com", CallerReference="2", VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    )
    listed = route53.list_hosted_zones()["HostedZones"]
    assert sorted(zone["Config"]["PrivateZone"] for zone in listed) == [False, True]


def test_a_zone_with_records_is_not_deleted(zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "www.example.com", "A", "192.0.2.1"))
    with pytest.raises(zone.client.exceptions.HostedZoneNotEmpty):
        zone.client.delete_hosted_zone(Id=zone.id)
    zone.change(zone.entry("DELETE", "www.example.com", "A", "192.0.2.1"))
    zone.client.delete_hosted_zone(Id=zone.id)
    assert zone.client.list_hosted_zones()["HostedZones"] == []


def test_zones_come_in_pages(aws: Aws) -> None:
    names = {f"{number}.example." for number in range(5)}
    for name in names:
        aws.zone(name)
    pages = list(
        aws.client("route53")
        .get_paginator("list_hosted_zones")
        .paginate(PaginationConfig={"PageSize": 2})
    )
    assert [len(page["HostedZones"]) for page in pages] == [2, 2, 1]
    assert {zone["Name"] for page in pages for zone in page["HostedZones"]} == names


def test_zones_by_name_start_at_the_name_with_labels_reversed(aws: Aws) -> None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html"""
    for name in ("example.net", "b.example.com", "example.com"):
        aws.zone(name)
    route53 = aws.client("route53")
    answer = route53.list_hosted_zones_by_name(DNSName="example.com", MaxItems="2")
    assert [zone["Name"] for zone in answer["HostedZones"]] == ["example.com.", "b.example.com."]
    assert (answer["IsTruncated"], answer["NextDNSName"]) == (True, "example.net.")


def test_records_are_ordered_by_reversed_labels_then_type(zone: Zone) -> None:
    """ "com.example.www." sorts as one string, dots and all: "-" comes before ".".

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """
    names = ["z.a.example.com", "a.example.com", "a-b.example.com", "_dmarc.example.com"]
    zone.change(*(zone.entry("CREATE", name, "A", "192.0.2.1") for name in names))
    zone.change(zone.entry("CREATE", "a.example.com", "TXT", '"t"'))
    assert list(zone.records()) == [
        ("example.com.", "NS"),
        ("example.com.", "SOA"),
        ("_dmarc.example.com.", "A"),
        ("a-b.example.com.", "A"),
        ("a.example.com.", "A"),
        ("a.example.com.", "TXT"),
        ("z.a.example.com.", "A"),
    ]


def test_records_come_300_at_most_and_go_on_where_told(zone: Zone) -> None:
    zone.change(
        *(zone.entry("CREATE", f"{n:03}.example.com", "A", "192.0.2.1") for n in range(400))
    )
    page = zone.client.list_resource_record_sets(HostedZoneId=zone.id, MaxItems="1000")
    assert len(page["ResourceRecordSets"]) == 300
    assert (page["NextRecordName"], page["NextRecordType"]) == ("298.example.com.", "A")
    rest = zone.client.list_resource_record_sets(
        HostedZoneId=zone.id, StartRecordName="298.example.com", StartRecordType="A"
    )
    assert len(rest["ResourceRecordSets"]) == 102
    assert not rest["IsTruncated"]


def test_a_start_between_records_and_a_type_without_name(zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "b.example.com", "A", "192.0.2.1"))
    page = zone.client.list_resource_record_sets(
        HostedZoneId=zone.id, StartRecordName="aa.example.com", MaxItems="1"
    )
    assert [found["Name"] for found in page["ResourceRecordSets"]] == ["b.example.com."]
    with pytest.raises(ClientError, match="InvalidInput"):
        zone.client.list_resource_record_sets(HostedZoneId=zone.id, StartRecordType="A")
