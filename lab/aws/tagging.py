"""The Resource Groups Tagging API, as far as it finds SES identities by their tags.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
It finds tagged resources of all types ("Services that support the Resource Groups Tagging API").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.aws import identity_view as view
from lab.aws.errors import ApiError, NotEmulatedError
from lab.aws.identities import Identities

Params = Mapping[str, Any]
Result = dict[str, Any]

MOST = 100


class Tagging:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities, account_id: str) -> None:
        self._identities = identities
        self._account_id = account_id

    def get_resources(self, region: str, params: Params) -> Result:
        """Pages of at most 100; the token is the ARN of the next page's first resource."""
        strange = set(params) - {
            *("ResourceTypeFilters", "TagFilters", "ResourcesPerPage", "PaginationToken")
        }
        if strange or params.get("ResourceTypeFilters") != ["ses:identity"]:
            raise NotEmulatedError("GetResources of other than SES identities")
        size = int(params.get("ResourcesPerPage") or MOST)
        if not 0 < size <= MOST:
            raise ApiError("InvalidParameterException", f"ResourcesPerPage: {size}")
        start = params.get("PaginationToken") or ""
        filters = params.get("TagFilters") or ()
        rest = [
            {"ResourceARN": arn, "Tags": view.tag_list(identity)}
            for identity in self._identities.listed(region)
            if (arn := f"arn:aws:ses:{region}:{self._account_id}:identity/{identity.name}") >= start
            and _matches(identity.tags, filters)
        ]
        token = rest[size]["ResourceARN"] if len(rest) > size else ""
        return {"ResourceTagMappingList": rest[:size], "PaginationToken": token}


def _matches(tags: Mapping[str, str], filters: Sequence[Params]) -> bool:
    """All keys, and of each one of its values, or any when none is named."""
    if not tags:
        return False
    return all(
        wanted["Key"] in tags
        and (not wanted.get("Values") or tags[wanted["Key"]] in wanted["Values"])
        for wanted in filters
    )
