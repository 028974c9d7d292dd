"""Configuration sets of SES, and the dedicated IP pools that they send from."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from mailfleet.policy.schema import word
from mailfleet.policy.sending_account import Reasons
from mailfleet.policy.types import ConfigurationSetName

AWS_POOLS = ("ses-shared-pool", "ses-default-dedicated-pool")
"""Pools that every account has."""
_POOL = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")


def _pool_name(value: str) -> str:
    """ "AWS::SES::DedicatedIpPool", AWS CloudFormation."""
    if not _POOL.fullmatch(value):
        raise ValueError(
            f"found {value!r}, expected a pool's name: 64 lower-case letters, digits, - and _ "
            "at most"
        )
    return value


PoolName = Annotated[str, AfterValidator(_pool_name)]


@word
class DedicatedPool:
    """A pool of dedicated IP addresses. In a STANDARD one the addresses are yours to lease, to put
    into it and to warm up; in a MANAGED one SES sees to that, and there is no way back.

    `adopt`: take over a pool that is there already and is not ours.
    """

    name: PoolName
    scaling: Literal["STANDARD", "MANAGED"] = "STANDARD"
    adopt: bool = False

    def __post_init__(self) -> None:
        if self.name in AWS_POOLS:
            raise ValueError(
                f"found {self.name!r}, expected a name of your own: that pool is AWS's"
            )


@word
class ConfigurationSet:
    """A configuration set and its settings. What is None stays as it is: a new one then has
    SES's defaults.

    `pool`: the dedicated IP pool that its mail leaves by. `tls`: REQUIRE refuses recipients'
    servers without TLS. `reputation_metrics`: bounce and complaint rates of this set alone.
    `suppression`: as the account's, for this set. `sending`: False pauses it.
    `adopt`: take over a set that is there already and is not ours.
    """

    name: ConfigurationSetName
    pool: PoolName | None = None
    tls: Literal["REQUIRE", "OPTIONAL"] | None = None
    reputation_metrics: bool | None = None
    suppression: Reasons | None = None
    sending: bool | None = None
    adopt: bool = False
