"""SES identities found by their tags.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws


def identity(aws: Aws, name: str, region: str = "us-east-1", **tags: str) -> None:
    aws.client("sesv2", region=region).create_email_identity(
        EmailIdentity=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )


def found(aws: Aws, **parameters: Any) -> dict[str, dict[str, str]]:
    """The tags of what is found, by the ARN's last part."""
    pages = aws.client("resourcegroupstaggingapi").get_paginator("get_resources")
    answers = pages.paginate(ResourceTypeFilters=["ses:identity"], **parameters)
    return {
        one["ResourceARN"].partition("/")[2]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        for page in answers
        for one in page["ResourceTagMappingList"]
    }


def test_identities_are_found_by_key_and_value(aws: Aws) -> None:
    identity(aws, "a.example", fleet="one", team="mail")
    identity(aws, "b.example", fleet="two")
    identity(aws, "c.example")
    identity(aws, "d.example", region="eu-west-1", fleet="one")
    by_value = [{"Key": "fleet", "Values": ["one"]}]
    assert found(aws, TagFilters=by_value) == {"a.example": {"fleet": "one", "team": "mail"}}
    assert set(found(aws, TagFilters=[{"Key": "fleet"}])) == {"a.example", "b.example"}
    assert set(found(aws)) == {"a.example", "b.example"}
    assert found(aws, TagFilters=[*by_value, {"Key": "team", "Values": ["web"]}]) == {}


def test_a_hundred_a_page_at_most(aws: Aws) -> None:
    for number in range(5):
        identity(aws, f"{number}.example", fleet="one")
    client = aws.client("resourcegroupstaggingapi")
    page = client.get_resources(ResourceTypeFilters=["ses:identity"], ResourcesPerPage=2)
    assert len(page["ResourceTagMappingList"]) == 2
    assert page["PaginationToken"]
    assert len(found(aws, ResourcesPerPage=2)) == 5
    with pytest.raises(ClientError, match="InvalidParameterException"):
        client.get_resources(ResourceTypeFilters=["ses:identity"], ResourcesPerPage=101)
    assert aws.control.calls()[-1].error == "InvalidParameterException"
