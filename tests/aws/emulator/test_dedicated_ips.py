"""Dedicated IP pools as AWS keeps them.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateDedicatedIpPool.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws


def test_a_pool_is_made_once_and_standard_by_default(aws: Aws) -> None:
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.NotFoundException):
        sesv2.get_dedicated_ip_pool(PoolName="bulk")
    sesv2.create_dedicated_ip_pool(PoolName="bulk")
    pool = {"PoolName": "bulk", "ScalingMode": "STANDARD"}
    assert sesv2.get_dedicated_ip_pool(PoolName="bulk")["DedicatedIpPool"] == pool
    with pytest.raises(sesv2.exceptions.AlreadyExistsException):
        sesv2.create_dedicated_ip_pool(PoolName="bulk")
    with pytest.raises(sesv2.exceptions.BadRequestException):
        sesv2.create_dedicated_ip_pool(PoolName="other", ScalingMode="LARGE")


def test_a_managed_pool_stays_managed(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutDedicatedIpPoolScalingAttributes.html"""
    sesv2 = aws.client("sesv2")
    sesv2.create_dedicated_ip_pool(PoolName="bulk")
    put = sesv2.put_dedicated_ip_pool_scaling_attributes
    put(PoolName="bulk", ScalingMode="MANAGED")
    with pytest.raises(sesv2.exceptions.BadRequestException, match="ScalingMode"):
        put(PoolName="bulk", ScalingMode="STANDARD")
    assert sesv2.get_dedicated_ip_pool(PoolName="bulk")["DedicatedIpPool"]["ScalingMode"] == (
        "MANAGED"
    )


def test_addresses_warm_up_in_their_pool(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DedicatedIp.html"""
    sesv2 = aws.client("sesv2")
    sesv2.create_dedicated_ip_pool(PoolName="bulk")
    assert sesv2.get_dedicated_ips(PoolName="bulk")["DedicatedIps"] == []
    aws.control.set_ses_account("us-east-1", dedicated_ips={"192.0.2.1": 40, "192.0.2.2": 100})
    sesv2.put_dedicated_ip_in_pool(Ip="192.0.2.1", DestinationPoolName="bulk")
    assert sesv2.get_dedicated_ips(PoolName="bulk")["DedicatedIps"] == [
        {
            "Ip": "192.0.2.1",
            "WarmupStatus": "IN_PROGRESS",
            "WarmupPercentage": 40,
            "PoolName": "bulk",
        }
    ]
    every = {ip["Ip"]: ip["WarmupStatus"] for ip in sesv2.get_dedicated_ips()["DedicatedIps"]}
    assert every == {"192.0.2.1": "IN_PROGRESS", "192.0.2.2": "DONE"}
    with pytest.raises(sesv2.exceptions.NotFoundException, match="Could not find dedicated IP"):
        sesv2.put_dedicated_ip_in_pool(Ip="192.0.2.3", DestinationPoolName="bulk")
    with pytest.raises(sesv2.exceptions.NotFoundException):
        sesv2.get_dedicated_ips(PoolName="other")
