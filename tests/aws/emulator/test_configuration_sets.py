"""Configuration sets as AWS keeps them.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws


def get(aws: Aws) -> dict[str, Any]:
    found = aws.client("sesv2").get_configuration_set(ConfigurationSetName="bulk")
    return {key: value for key, value in found.items() if key.endswith("Options")}


def test_configuration_sets_are_made_once(aws: Aws) -> None:
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.NotFoundException):
        sesv2.get_configuration_set(ConfigurationSetName="bulk")
    tags = [{"Key": "mailfleet", "Value": "fleet"}]
    sesv2.create_configuration_set(ConfigurationSetName="bulk", Tags=tags)
    found = sesv2.get_configuration_set(ConfigurationSetName="bulk")
    assert (found["ConfigurationSetName"], found["Tags"]) == ("bulk", tags)
    with pytest.raises(sesv2.exceptions.AlreadyExistsException):
        sesv2.create_configuration_set(ConfigurationSetName="bulk")
    with pytest.raises(sesv2.exceptions.BadRequestException):
        sesv2.create_configuration_set(ConfigurationSetName="a b")
    with pytest.raises(ClientError, match="does not emulate"):
        sesv2.create_configuration_set(
            ConfigurationSetName="x", TrackingOptions={"CustomRedirectDomain": "x.example"}
        )


def test_an_empty_one_sends_and_collects_reputation_metrics(aws: Aws) -> None:
    aws.client("sesv2").create_configuration_set(ConfigurationSetName="bulk")
    assert get(aws) == {
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SendingOptions": {"SendingEnabled": True},
    }


def test_each_kind_of_options_is_put_as_a_whole(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutConfigurationSetDeliveryOptions.html"""
    sesv2 = aws.client("sesv2")
    bulk = {"ConfigurationSetName": "bulk"}
    sesv2.create_dedicated_ip_pool(PoolName="pool")
    delivery = {"TlsPolicy": "REQUIRE", "SendingPoolName": "pool"}
    sesv2.create_configuration_set(
        **bulk, DeliveryOptions=delivery, SuppressionOptions={"SuppressedReasons": ["BOUNCE"]}
    )
    assert get(aws)["DeliveryOptions"] == delivery
    assert get(aws)["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE"]}
    sesv2.put_configuration_set_delivery_options(**bulk, TlsPolicy="OPTIONAL")
    sesv2.put_configuration_set_suppression_options(**bulk, SuppressedReasons=[])
    sesv2.put_configuration_set_reputation_options(**bulk, ReputationMetricsEnabled=False)
    sesv2.put_configuration_set_sending_options(**bulk, SendingEnabled=False)
    assert get(aws) == {
        "DeliveryOptions": {"TlsPolicy": "OPTIONAL"},
        "SuppressionOptions": {"SuppressedReasons": []},
        "ReputationOptions": {"ReputationMetricsEnabled": False},
        "SendingOptions": {"SendingEnabled": False},
    }


def test_it_is_bound_to_a_pool_that_exists(aws: Aws) -> None:
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.BadRequestException, match="SendingPool <x> doesn't exist"):
        sesv2.create_configuration_set(
            ConfigurationSetName="bulk", DeliveryOptions={"SendingPoolName": "x"}
        )
    sesv2.create_configuration_set(
        ConfigurationSetName="bulk", DeliveryOptions={"SendingPoolName": "ses-shared-pool"}
    )
    with pytest.raises(sesv2.exceptions.BadRequestException, match="'tlsPolicy' failed"):
        sesv2.put_configuration_set_delivery_options(
            ConfigurationSetName="bulk", TlsPolicy="ALWAYS"
        )
    with pytest.raises(sesv2.exceptions.NotFoundException):
        sesv2.put_configuration_set_sending_options(ConfigurationSetName="x", SendingEnabled=True)
