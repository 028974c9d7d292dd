"""Dedicated IP addresses of SES and the pools that they are in.

https://docs.aws.amazon.com/ses/latest/dg/dedicated-ip.html
No API leases an address: in the lab it is the control API that does
(`set_ses_account(region, dedicated_ips={"192.0.2.1": 40})`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.aws.errors import ApiError
from lab.aws.ses_account import SesAccounts

Params = Mapping[str, Any]
Result = dict[str, Any]

DEFAULT_POOL = "ses-default-dedicated-pool"
SHARED_POOL = "ses-shared-pool"
_MODES = ("STANDARD", "MANAGED")


@dataclass
class Pool:
    scaling: str
    tags: dict[str, str]


class DedicatedIps:
    """The pools of all regions, by (region, name), and which addresses were put into them."""

    def __init__(self, accounts: SesAccounts) -> None:
        self._accounts = accounts
        self._pools: dict[tuple[str, str], Pool] = {}
        self._pool_of: dict[tuple[str, str], str] = {}

    def create(self, region: str, name: str, pool: Pool) -> None:
        if (region, name) in self._pools or name in (DEFAULT_POOL, SHARED_POOL):
            raise ApiError("AlreadyExistsException", f"The pool <{name}> already exists.")
        self._pools[region, name] = pool

    def pool(self, region: str, name: str) -> Pool:
        if name in (DEFAULT_POOL, SHARED_POOL):
            message = "Pool name describes either a shared or default dedicated ip pool"
            raise ApiError("BadRequestException", message)
        if (region, name) not in self._pools:
            message = f"The requested pool <{name}> does not exist."
            raise ApiError("NotFoundException", message, 404)
        return self._pools[region, name]

    def may_send_from(self, region: str, name: str) -> bool:
        return name in (DEFAULT_POOL, SHARED_POOL) or (region, name) in self._pools

    def addresses(self, region: str) -> dict[str, Result]:
        """By address, as GetDedicatedIps tells of each."""
        return {
            ip: {
                "Ip": ip,
                "WarmupStatus": "DONE" if percentage == 100 else "IN_PROGRESS",
                "WarmupPercentage": percentage,
                "PoolName": self._pool_of.get((region, ip), DEFAULT_POOL),
            }
            for ip, percentage in self._accounts.of(region).dedicated_ips.items()
        }

    def move(self, region: str, ip: str, pool: str) -> None:
        if ip not in self._accounts.of(region).dedicated_ips:
            message = f"Could not find dedicated IP <{ip}> under this account."
            raise ApiError("NotFoundException", message, 404)
        if pool != DEFAULT_POOL:
            self.pool(region, pool)
        self._pool_of[region, ip] = pool


class DedicatedIpsApi:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, ips: DedicatedIps) -> None:
        self._ips = ips

    def create_dedicated_ip_pool(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateDedicatedIpPool.html"""
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}
        self._ips.create(region, params["PoolName"], Pool(_mode(params, "STANDARD"), tags))
        return {}

    def get_dedicated_ip_pool(self, region: str, params: Params) -> Result:
        """It does not tell the tags.

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetDedicatedIpPool.html
        """
        name = params["PoolName"]
        scaling = self._ips.pool(region, name).scaling
        return {"DedicatedIpPool": {"PoolName": name, "ScalingMode": scaling}}

    def put_dedicated_ip_pool_scaling_attributes(self, region: str, params: Params) -> Result:
        """ "MANAGED pools cannot be converted to STANDARD scaling mode."

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutDedicatedIpPoolScalingAttributes.html
        """
        mode = _mode(params)
        pool = self._ips.pool(region, params["PoolName"])
        if (pool.scaling, mode) == ("MANAGED", "STANDARD"):
            raise ApiError("BadRequestException", "The ScalingMode parameter is invalid.")
        pool.scaling = mode
        return {}

    def get_dedicated_ips(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetDedicatedIps.html"""
        name = params.get("PoolName")
        if name:
            self._ips.pool(region, name)
        every = self._ips.addresses(region).values()
        return {"DedicatedIps": [ip for ip in every if name in (None, ip["PoolName"])]}

    def put_dedicated_ip_in_pool(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutDedicatedIpInPool.html"""
        self._ips.move(region, params["Ip"], params["DestinationPoolName"])
        return {}


def _mode(params: Params, default: str | None = None) -> str:
    mode = params.get("ScalingMode") or default
    if mode not in _MODES:
        raise ApiError("BadRequestException", "The ScalingMode parameter is invalid.")
    return mode
