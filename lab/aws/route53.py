"""Route 53's operations, as boto3 names their parameters and results.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
Answers are strict (route53_changes.py); a change is INSYNC at once unless a fault says otherwise.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lab.aws import names
from lab.aws.errors import ApiError
from lab.aws.records import RecordSet
from lab.aws.route53_changes import Change
from lab.aws.zones import Zone, Zones, new_id
from lab.faults import Faults

Params = Mapping[str, Any]
Result = dict[str, Any]


class Route53:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, zones: Zones, faults: Faults) -> None:
        self._zones = zones
        self._faults = faults
        self._free_at: dict[str, float] = {}
        self._changes: deque[Result] = deque(maxlen=1000)

    def create_hosted_zone(self, region: str, params: Params) -> Result:
        config = params.get("HostedZoneConfig") or {}
        zone = Zone(
            id=new_id("Z"),
            name=names.canonical(params["Name"]),
            caller_reference=params["CallerReference"],
            comment=config.get("Comment") or "",
            private=bool(params.get("VPC")),
        )
        self._zones.create(zone)
        return {
            "HostedZone": _described(zone),
            "ChangeInfo": self._change(),
            "DelegationSet": {"NameServers": list(zone.name_servers)},
            "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.id}",
        }

    def get_hosted_zone(self, region: str, params: Params) -> Result:
        zone = self._zones.get(params["Id"])
        found: Result = {"HostedZone": _described(zone)}
        if not zone.private:
            found["DelegationSet"] = {"NameServers": list(zone.name_servers)}
        return found

    def delete_hosted_zone(self, region: str, params: Params) -> Result:
        self._zones.delete(params["Id"])
        return {"ChangeInfo": self._change()}

    def get_hosted_zone_count(self, region: str, params: Params) -> Result:
        return {"HostedZoneCount": len(self._zones.own())}

    def list_hosted_zones(self, region: str, params: Params) -> Result:
        """Pages of at most 100; the marker is the id of the next page's first zone."""
        zones = sorted(self._zones.own(), key=lambda zone: zone.id)
        marker = (params.get("Marker") or "").removeprefix("/hostedzone/")
        rest = [zone for zone in zones if zone.id >= marker]
        size = _page_size(params, 100)
        page: Result = {
            "HostedZones": [_described(zone) for zone in rest[:size]],
            "IsTruncated": len(rest) > size,
            "MaxItems": str(params.get("MaxItems") or 100),
            "Marker": marker,
        }
        if len(rest) > size:
            page["NextMarker"] = rest[size].id
        return page

    def list_hosted_zones_by_name(self, region: str, params: Params) -> Result:
        """From a name on (and an id, when zones share the name), by reversed labels.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
        """
        asked = {name: params[name] for name in ("DNSName", "HostedZoneId") if params.get(name)}
        start = (names.order(asked.get("DNSName", "")), asked.get("HostedZoneId", ""))
        rest = [
            zone
            for zone in self._zones.own()
            if not asked or (names.order(zone.name), zone.id) >= start
        ]
        size = _page_size(params, 100)
        page: Result = {
            **asked,
            "HostedZones": [_described(zone) for zone in rest[:size]],
            "IsTruncated": len(rest) > size,
            "MaxItems": str(params.get("MaxItems") or 100),
        }
        if len(rest) > size:
            page |= {"NextDNSName": rest[size].name, "NextHostedZoneId": rest[size].id}
        return page

    def change_resource_record_sets(self, region: str, params: Params) -> Result:
        """A zone works at one batch at a time.

        https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
        """
        zone = self._zones.get(params["HostedZoneId"])
        if time.monotonic() < self._free_at.get(zone.id, 0):
            raise ApiError(
                "PriorRequestNotComplete",
                "The request was rejected because Route 53 was still processing a prior request.",
            )
        batch = params["ChangeBatch"]
        changes = [
            Change(change["Action"], RecordSet.from_api(change["ResourceRecordSet"]))
            for change in batch.get("Changes") or ()
        ]
        self._zones.get(zone.id).change(changes)
        self._free_at[zone.id] = time.monotonic() + self._faults.busy_zone
        return {"ChangeInfo": self._change(batch.get("Comment"))}

    def get_change(self, region: str, params: Params) -> Result:
        wanted = params["Id"].removeprefix("/change/")
        for change in self._changes:
            if change["Id"] == f"/change/{wanted}":
                pending = time.time() < change["SubmittedAt"].timestamp() + self._faults.pending
                return {"ChangeInfo": change | {"Status": "PENDING" if pending else "INSYNC"}}
        raise ApiError("NoSuchChange", f"Could not find resource with ID: {wanted}", 404)

    def list_resource_record_sets(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html"""
        zone = self._zones.get(params["HostedZoneId"])
        start = _start(params)
        rest = [
            record for record in zone.listed() if (names.order(record.name), *record.kind) >= start
        ]
        size = _page_size(params, 300)
        page: Result = {
            "ResourceRecordSets": [record.to_api() for record in rest[:size]],
            "IsTruncated": len(rest) > size,
            "MaxItems": str(params.get("MaxItems") or 300),
        }
        if len(rest) > size:
            page |= {"NextRecordName": rest[size].name, "NextRecordType": rest[size].type}
            if rest[size].kind[1]:
                page["NextRecordIdentifier"] = rest[size].kind[1]
        return page

    def _change(self, comment: str | None = None) -> Result:
        change: Result = {
            "Id": f"/change/{new_id('C')}",
            "Status": "PENDING",  # "the initial status of all change batch requests"
            "SubmittedAt": datetime.now(UTC),
        }
        if comment:
            change["Comment"] = comment
        self._changes.append(change)
        return change


def _start(params: Params) -> tuple[str, str, str]:
    name, type_ = params.get("StartRecordName"), params.get("StartRecordType")
    if type_ and not name:
        raise ApiError("InvalidInput", "The input is not valid: a type was given without a name")
    if not name:
        return "", "", ""
    return names.order(name), type_ or "", params.get("StartRecordIdentifier") or ""


def _page_size(params: Params, most: int) -> int:
    """What is asked beyond the most is answered with the most."""
    asked = str(params.get("MaxItems") or most)
    if not asked.isdigit() or int(asked) < 1:
        raise ApiError("InvalidInput", f"MaxItems must be a number from 1 on: {asked}")
    return min(int(asked), most)


def _described(zone: Zone) -> Result:
    config: Result = {"PrivateZone": zone.private}
    if zone.comment:
        config["Comment"] = zone.comment
    return {
        "Id": f"/hostedzone/{zone.id}",
        "Name": zone.name,
        "CallerReference": zone.caller_reference,
        "Config": config,
        "ResourceRecordSetCount": len(zone.listed()),
    }
