"""SES configuration sets, as far as identities name them.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lab.aws.errors import ApiError, NotEmulatedError

Params = Mapping[str, Any]
Result = dict[str, Any]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ConfigurationSets:
    """All sets of all regions: their tags by (region, name)."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], list[dict[str, str]]] = {}

    def create(self, region: str, name: str, tags: list[dict[str, str]]) -> None:
        if not _NAME.fullmatch(name):
            raise ApiError("BadRequestException", f"Invalid configuration set name <{name}>.")
        if (region, name) in self._all:
            raise ApiError("AlreadyExistsException", f"Configuration set <{name}> already exists.")
        self._all[region, name] = tags

    def get(self, region: str, name: str) -> list[dict[str, str]]:
        if (region, name) not in self._all:
            message = f"Configuration set <{name}> does not exist."
            raise ApiError("NotFoundException", message, 404)
        return self._all[region, name]


class ConfigurationSetsApi:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, sets: ConfigurationSets) -> None:
        self._sets = sets

    def create_configuration_set(self, region: str, params: Params) -> Result:
        strange = set(params) - {"ConfigurationSetName", "Tags"}
        if strange:
            raise NotEmulatedError(f"configuration sets with {', '.join(sorted(strange))}")
        self._sets.create(region, params["ConfigurationSetName"], list(params.get("Tags") or ()))
        return {}

    def get_configuration_set(self, region: str, params: Params) -> Result:
        name = params["ConfigurationSetName"]
        return {"ConfigurationSetName": name, "Tags": self._sets.get(region, name)}
