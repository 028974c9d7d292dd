"""Tags of SES's resources.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_TagResource.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws

ARN = "arn:aws:ses:us-east-1:123456789012:"


@pytest.mark.parametrize(
    "resource", ["identity/example.com", "configuration-set/bulk", "dedicated-ip-pool/bulk"]
)
def test_a_resource_has_the_tags_of_its_creation_and_later_ones(aws: Aws, resource: str) -> None:
    """The ARNs are those of "Resource types defined by Amazon SES"."""
    sesv2 = aws.client("sesv2")
    tags = [{"Key": "owner", "Value": "mailfleet"}]
    sesv2.create_email_identity(EmailIdentity="example.com", Tags=tags)
    sesv2.create_configuration_set(ConfigurationSetName="bulk", Tags=tags)
    sesv2.create_dedicated_ip_pool(PoolName="bulk", Tags=tags)
    sesv2.tag_resource(ResourceArn=ARN + resource, Tags=[{"Key": "team", "Value": "mail"}])
    sesv2.untag_resource(ResourceArn=ARN + resource, TagKeys=["owner"])
    told = [{"Key": "team", "Value": "mail"}]
    assert sesv2.list_tags_for_resource(ResourceArn=ARN + resource)["Tags"] == told


def test_who_reads_a_resource_reads_its_tags_but_those_of_a_pool(aws: Aws) -> None:
    sesv2 = aws.client("sesv2")
    tags = [{"Key": "owner", "Value": "mailfleet"}]
    sesv2.create_email_identity(EmailIdentity="example.com", Tags=tags)
    sesv2.create_configuration_set(ConfigurationSetName="bulk", Tags=tags)
    sesv2.create_dedicated_ip_pool(PoolName="bulk", Tags=tags)
    assert sesv2.get_email_identity(EmailIdentity="example.com")["Tags"] == tags
    assert sesv2.get_configuration_set(ConfigurationSetName="bulk")["Tags"] == tags
    assert "Tags" not in sesv2.get_dedicated_ip_pool(PoolName="bulk")["DedicatedIpPool"]


@pytest.mark.parametrize(
    "resource", ["identity/x.example", "configuration-set/x", "dedicated-ip-pool/x"]
)
def test_what_is_not_there_has_no_tags(aws: Aws, resource: str) -> None:
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.NotFoundException):
        sesv2.list_tags_for_resource(ResourceArn=ARN + resource)
