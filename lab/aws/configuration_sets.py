"""SES configuration sets: delivery, reputation, sending and suppression options.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.aws.dedicated_ips import DedicatedIps
from lab.aws.errors import ApiError, NotEmulatedError, check_values

Params = Mapping[str, Any]
Result = dict[str, Any]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VALUES: Mapping[str, Mapping[str, tuple[str, ...] | None]] = {
    "DeliveryOptions": {"TlsPolicy": ("OPTIONAL", "REQUIRE"), "SendingPoolName": None},
    "ReputationOptions": {"ReputationMetricsEnabled": None},
    "SendingOptions": {"SendingEnabled": None},
    "SuppressionOptions": {"SuppressedReasons": ("BOUNCE", "COMPLAINT")},
}
"""What is emulated of each kind of options, with its values where they are few."""


@dataclass
class ConfigurationSet:
    tags: dict[str, str]
    options: dict[str, dict[str, Any]]


class ConfigurationSets:
    """All sets of all regions, by (region, name)."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], ConfigurationSet] = {}

    def create(self, region: str, name: str, made: ConfigurationSet) -> None:
        if not _NAME.fullmatch(name):
            raise ApiError("BadRequestException", f"Invalid configuration set name <{name}>.")
        if (region, name) in self._all:
            raise ApiError("AlreadyExistsException", f"Configuration set <{name}> already exists.")
        self._all[region, name] = made

    def get(self, region: str, name: str) -> ConfigurationSet:
        if (region, name) not in self._all:
            message = f"Configuration set <{name}> does not exist."
            raise ApiError("NotFoundException", message, 404)
        return self._all[region, name]


class ConfigurationSetsApi:
    """One method an operation; the lower-case name is the operation's.

    What a Put... operation is not given is not set from then on.
    """

    def __init__(self, sets: ConfigurationSets, ips: DedicatedIps) -> None:
        self._sets = sets
        self._ips = ips

    def create_configuration_set(self, region: str, params: Params) -> Result:
        """Reputation metrics and sending are on unless it is said otherwise."""
        strange = set(params) - {"ConfigurationSetName", "Tags"} - set(_VALUES)
        if strange:
            raise NotEmulatedError(f"configuration sets with {', '.join(sorted(strange))}")
        options = {
            "ReputationOptions": {"ReputationMetricsEnabled": True},
            "SendingOptions": {"SendingEnabled": True},
        }
        options |= {
            kind: self._checked(region, kind, params[kind]) for kind in _VALUES if kind in params
        }
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}
        self._sets.create(region, params["ConfigurationSetName"], ConfigurationSet(tags, options))
        return {}

    def get_configuration_set(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetConfigurationSet.html"""
        name = params["ConfigurationSetName"]
        found = self._sets.get(region, name)
        tags = [{"Key": key, "Value": value} for key, value in found.tags.items()]
        return {"ConfigurationSetName": name, "Tags": tags, **found.options}

    def put_configuration_set_delivery_options(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutConfigurationSetDeliveryOptions.html"""
        return self._put(region, "DeliveryOptions", params)

    def put_configuration_set_reputation_options(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutConfigurationSetReputationOptions.html"""
        return self._put(region, "ReputationOptions", {"ReputationMetricsEnabled": False, **params})

    def put_configuration_set_sending_options(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutConfigurationSetSendingOptions.html"""
        return self._put(region, "SendingOptions", {"SendingEnabled": False, **params})

    def put_configuration_set_suppression_options(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutConfigurationSetSuppressionOptions.html"""
        return self._put(region, "SuppressionOptions", {"SuppressedReasons": [], **params})

    def _put(self, region: str, kind: str, params: Params) -> Result:
        name = params["ConfigurationSetName"]
        given = {key: value for key, value in params.items() if key != "ConfigurationSetName"}
        self._sets.get(region, name).options[kind] = self._checked(region, kind, given)
        return {}

    def _checked(self, region: str, kind: str, given: Params) -> dict[str, Any]:
        for key, value in given.items():
            if key not in _VALUES[kind]:
                raise NotEmulatedError(f"{kind} with {key}")
            if known := _VALUES[kind][key]:
                check_values(key, value, known)
        pool = given.get("SendingPoolName")
        if pool is not None and not self._ips.may_send_from(region, pool):
            raise ApiError("BadRequestException", f"SendingPool <{pool}> doesn't exist")
        return dict(given)
