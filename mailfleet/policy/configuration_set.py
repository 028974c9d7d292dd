"""Configuration sets of SES, and the dedicated IP pools that they send from."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from mailfleet.policy.schema import policy_class
from mailfleet.policy.ses_account import Reasons
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


@policy_class
class DedicatedPool:
    """A pool of dedicated IP addresses."""

    name: PoolName
    """the pool's name"""
    scaling: Literal["STANDARD", "MANAGED"] = "STANDARD"
    """`STANDARD`: you lease addresses, put them into the pool and warm them up; `MANAGED`: SES
    does all that, and the pool cannot be changed back"""
    adopt: bool = False
    """take over an existing pool that mailfleet does not own"""

    def __post_init__(self) -> None:
        if self.name in AWS_POOLS:
            raise ValueError(
                f"found {self.name!r}, expected a name of your own: that pool is AWS's"
            )


@policy_class
class ConfigurationSet:
    """A configuration set and its settings. What is `None` stays as it is: a new set then has
    SES's defaults."""

    name: ConfigurationSetName
    """the configuration set's name"""
    pool: PoolName | None = None
    """the dedicated IP pool that its mail uses: one of `pools`, `ses-shared-pool` or
    `ses-default-dedicated-pool`"""
    tls: Literal["REQUIRE", "OPTIONAL"] | None = None
    """`REQUIRE`: recipients' servers without TLS get no mail; or `OPTIONAL`"""
    reputation_metrics: bool | None = None
    """record bounce and complaint rates of this set separately"""
    suppression: Reasons | None = None
    """as for `SesAccount`, replacing the account's for this set"""
    sending: bool | None = None
    """`False` pauses this set's mail"""
    adopt: bool = False
    """take over an existing set that mailfleet does not own"""
