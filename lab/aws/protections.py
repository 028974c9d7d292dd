"""Record set protections of Route 53: names and types that nobody may change.

"CreateResourceRecordSetProtections", Amazon Route 53 API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.aws.errors import ApiError
from lab.aws.names import canonical, within
from lab.aws.zones import Zones

Params = Mapping[str, Any]
Result = dict[str, Any]


class Protections:
    """One method an operation. Lists come in one page."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    def create_resource_record_set_protections(self, region: str, params: Params) -> Result:
        """All or none: "If every entry already has a protection", ProtectionAlreadyExists."""
        zone = self._zones.get(params["HostedZoneId"])
        wanted = {_key(entry): entry.get("Comment") or "" for entry in params["Protections"]}
        outside = [name for name, _ in wanted if not within(name, zone.name)]
        there = wanted.keys() & zone.protected.keys()
        if outside or (there and there != wanted.keys()):
            raise ApiError("InvalidResourceRecordSetProtectionBatch", f"{[*outside, *there]}")
        if there:
            raise ApiError("ProtectionAlreadyExists", f"{[*there]}", 409)
        zone.protected |= wanted
        return {}

    def delete_resource_record_set_protections(self, region: str, params: Params) -> Result:
        zone = self._zones.get(params["HostedZoneId"])
        keys = [_key(entry) for entry in params["Protections"]]
        if strangers := [key for key in keys if key not in zone.protected]:
            raise ApiError("InvalidResourceRecordSetProtectionBatch", f"{strangers}")
        for key in keys:
            del zone.protected[key]
        return {}

    def list_resource_record_set_protections(self, region: str, params: Params) -> Result:
        zone = self._zones.get(params["HostedZoneId"])
        return {
            "ResourceRecordSetProtections": [
                {"RecordName": name, "RecordType": type_, **({"Comment": text} if text else {})}
                for (name, type_), text in sorted(zone.protected.items())
            ]
        }


def _key(entry: Params) -> tuple[str, str]:
    return canonical(entry["RecordName"]), entry["RecordType"]
