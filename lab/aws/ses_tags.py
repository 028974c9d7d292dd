"""Tags of SES's resources: identities, configuration sets and dedicated IP pools.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.aws.configuration_sets import ConfigurationSets
from lab.aws.dedicated_ips import DedicatedIps
from lab.aws.errors import ApiError, NotEmulatedError
from lab.aws.identities import Identities

Params = Mapping[str, Any]
Result = dict[str, Any]


class SesTags:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(
        self, identities: Identities, sets: ConfigurationSets, ips: DedicatedIps, account_id: str
    ) -> None:
        self._identities = identities
        self._sets = sets
        self._ips = ips
        self._account_id = account_id

    def tag_resource(self, region: str, params: Params) -> Result:
        tags = self._of(region, params["ResourceArn"])
        tags |= {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        return {}

    def untag_resource(self, region: str, params: Params) -> Result:
        tags = self._of(region, params["ResourceArn"])
        for key in params["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, region: str, params: Params) -> Result:
        tags = self._of(region, params["ResourceArn"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _of(self, region: str, arn: str) -> dict[str, str]:
        prefix = f"arn:aws:ses:{region}:{self._account_id}:"
        kind, _, name = arn.rpartition(":")[2].partition("/")
        if not arn.startswith("arn:aws:ses:") or not name:
            raise NotEmulatedError(f"tags of {arn}")
        if not arn.startswith(prefix):
            raise ApiError("NotFoundException", f"No such resource: {arn}", 404)
        match kind:
            case "identity":
                return self._identities.get(region, name).tags
            case "configuration-set":
                return self._sets.get(region, name).tags
            case "dedicated-ip-pool":
                return self._ips.pool(region, name).tags
        raise NotEmulatedError(f"tags of {arn}")
